import { z } from "zod";
import { serviceAccount } from "../fcm/access-token.ts";
import { isPrivateKey, isVapidPair } from "./keys.ts";

const text = z.string().min(1);
const MIN_SECRET_LENGTH = 16;

/** How the vendor of an app shows that a receipt is its own; see `receipts/trust.ts`. */
const QuerySecret = z.strictObject({
  /** In the URL that the vendor posts to: `…?secret=…`. */
  secret: z
    .string()
    .min(MIN_SECRET_LENGTH)
    .regex(/^[\w-]+$/, "may have letters, digits, - and _ only: it is part of a URL"),
});
const SignedReceipts = z.strictObject({ userName: text, key: text });
const MeizuReceipts = z.strictObject({ accessToken: text });

const Activity = { activity: text.exactOptional() };
const Launcher = { ...Activity, badgeActivity: text.exactOptional() };

/** What each provider asks of one package. Unknown fields are faults: a name that is spelt wrong would be missed only when no push arrives. */
export const CREDENTIALS = {
  apns: z.strictObject({
    teamId: z.string().regex(/^[A-Z0-9]{10}$/, "needs the ten characters of a team id"),
    keyId: z.string().regex(/^[A-Z0-9]{10}$/, "needs the ten characters of a key id"),
    privateKey: text.refine(isPrivateKey, "needs the whole .p8 file, -----BEGIN PRIVATE KEY----- included"),
  }),
  /** Google's file has more fields than are used. */
  fcm: serviceAccount.extend({
    private_key: text.refine(isPrivateKey, "needs the key as it stands in the service account's file"),
  }),
  huawei: z.strictObject({
    clientId: text,
    clientSecret: text,
    appId: text.exactOptional(),
    category: text.exactOptional(),
    channelId: text.exactOptional(),
    ...Launcher,
    receipts: z.union([SignedReceipts, QuerySecret]).exactOptional(),
  }),
  honor: z.strictObject({
    appId: text,
    clientId: text,
    clientSecret: text,
    importance: z.enum(["NORMAL", "LOW"]).exactOptional(),
    ...Launcher,
    receipts: z.union([SignedReceipts, QuerySecret]).exactOptional(),
  }),
  xiaomi: z.strictObject({
    appSecret: text,
    channelId: text.exactOptional(),
    ...Activity,
    receipts: QuerySecret.exactOptional(),
  }),
  meizu: z.strictObject({
    appId: text,
    appSecret: text,
    ...Activity,
    receipts: z.union([MeizuReceipts, QuerySecret]).exactOptional(),
  }),
  vivo: z.strictObject({
    appId: text,
    appKey: text,
    appSecret: text,
    category: text.exactOptional(),
    testPush: z.boolean().exactOptional(),
    receiptId: text.exactOptional(),
    ...Activity,
    receipts: QuerySecret.exactOptional(),
  }),
  oppo: z.strictObject({
    appKey: text,
    masterSecret: text,
    channelId: text.exactOptional(),
    category: text.exactOptional(),
    ...Activity,
    receipts: QuerySecret.exactOptional(),
  }),
  webpush: z
    .strictObject({
      publicKey: text,
      privateKey: text,
      subject: z.string().regex(/^(mailto:|https:\/\/)./, "needs a mailto: or https: address of the operator"),
    })
    .refine(isVapidPair, "needs publicKey (87 characters) and privateKey (43) in base64url"),
} as const;

export const PackageCredentials = z.strictObject({
  apns: CREDENTIALS.apns.exactOptional(),
  fcm: CREDENTIALS.fcm.exactOptional(),
  huawei: CREDENTIALS.huawei.exactOptional(),
  honor: CREDENTIALS.honor.exactOptional(),
  xiaomi: CREDENTIALS.xiaomi.exactOptional(),
  meizu: CREDENTIALS.meizu.exactOptional(),
  vivo: CREDENTIALS.vivo.exactOptional(),
  oppo: CREDENTIALS.oppo.exactOptional(),
  webpush: CREDENTIALS.webpush.exactOptional(),
});
/** The credentials of one package (bundle id, package name, or site), by provider. */
export type PackageCredentials = z.infer<typeof PackageCredentials>;
