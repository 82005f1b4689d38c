/** IPv4 networks that are no part of the public internet (RFC 6890 and its successors): address, bits. */
const PRIVATE_V4: readonly (readonly [number, number])[] = [
  [quad(0, 0, 0, 0), 8],
  [quad(10, 0, 0, 0), 8],
  [quad(100, 64, 0, 0), 10],
  [quad(127, 0, 0, 0), 8],
  [quad(169, 254, 0, 0), 16],
  [quad(172, 16, 0, 0), 12],
  [quad(192, 0, 0, 0), 24],
  [quad(192, 0, 2, 0), 24],
  [quad(192, 88, 99, 0), 24],
  [quad(192, 168, 0, 0), 16],
  [quad(198, 18, 0, 0), 15],
  [quad(198, 51, 100, 0), 24],
  [quad(203, 0, 113, 0), 24],
  [quad(224, 0, 0, 0), 3],
];

function quad(a: number, b: number, c: number, d: number): number {
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** Whether an address, as a resolver or a URL writes it, is one of the public internet. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  const v4 = v4Of(address);
  if (v4 !== undefined) return isPublicV4(v4);
  const groups = v6Of(address);
  return groups !== undefined && isPublicV6(groups);
}

/** Whether a text is an address at all. */
export function isAddress(text: string): boolean {
  return v4Of(text) !== undefined || v6Of(text) !== undefined;
}

function v4Of(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  const [a, b, c, d] = parts ?? [];
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  return Math.max(a, b, c, d) > 255 ? undefined : quad(a, b, c, d);
}

function isPublicV4(address: number): boolean {
  return !PRIVATE_V4.some(([network, bits]) => (address ^ network) >>> (32 - bits) === 0);
}

/** Its eight groups. */
function v6Of(text: string): number[] | undefined {
  const [, embedded] = /:(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? [];
  const v4 = embedded === undefined ? 0 : v4Of(embedded);
  if (v4 === undefined) return undefined;
  const plain =
    embedded === undefined
      ? text
      : `${text.slice(0, -embedded.length)}${(v4 >>> 16).toString(16)}:${(v4 & 0xffff).toString(16)}`;
  const halves = plain.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const gap = halves.length === 2 ? Array.from({ length: 8 - head.length - tail.length }, () => "0") : [];
  const groups = [...head, ...gap, ...tail];
  if (groups.length !== 8 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

/** Only 2000::/3 is given out; of it not: documentation, Teredo and other translations that lead to an IPv4 address. */
function isPublicV6(groups: readonly number[]): boolean {
  const [a = 0, b = 0, c = 0] = groups;
  const low = (((groups[6] ?? 0) << 16) | (groups[7] ?? 0)) >>> 0;
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const isNat64 = a === 0x64 && b === 0xff9b && groups.slice(2, 6).every((group) => group === 0);
  if (isMapped || isNat64) return isPublicV4(low);
  if (a === 0x2002) return isPublicV4(((b << 16) | c) >>> 0);
  if (a >>> 13 !== 1) return false;
  return !(a === 0x2001 && (b < 0x200 || b === 0xdb8)) && a !== 0x3fff;
}
