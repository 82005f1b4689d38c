const PEM = /^-----BEGIN PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]+-----END PRIVATE KEY-----\s*$/;
/** In base64url: a point of P-256, uncompressed, and a scalar. */
const POINT = /^B[A-P][\w-]{85}$/;
const SCALAR = /^[\w-]{43}$/;

/** Whether it looks like PKCS #8 in PEM, as Apple and Google hand keys out. What is in it shows with the first push. */
export function isPrivateKey(text: string): boolean {
  return PEM.test(text);
}

export function isVapidPair({
  publicKey,
  privateKey,
}: {
  readonly publicKey: string;
  readonly privateKey: string;
}): boolean {
  return POINT.test(publicKey) && SCALAR.test(privateKey);
}
