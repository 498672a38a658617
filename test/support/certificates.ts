import { createSign, generateKeyPairSync } from 'node:crypto';

interface Certificate {
  /** PEM. */
  cert: string;
  key: string;
}

const DAY_MS = 86_400_000;

/** Makes a self-signed certificate for 127.0.0.1 that began a day ago (RFC 5280; ECDSA on P-256). */
export function selfSigned({ name, endsInDays }: { name: string; endsInDays: number }): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectId(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const commonName = set(sequence(objectId(0x55, 0x04, 0x03), tagged(0x0c, Buffer.from(name))));
  const issuer = sequence(commonName);
  const validity = sequence(time(Date.now() - DAY_MS), time(Date.now() + endsInDays * DAY_MS));
  const loopback = tagged(0x87, Buffer.from([127, 0, 0, 1]));
  const extensions = sequence(
    extension([0x55, 0x1d, 0x11], sequence(loopback)),
    extension([0x55, 0x1d, 0x13], sequence(tagged(0x01, Buffer.from([0xff])))),
  );
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.from([1])),
    algorithm,
    issuer,
    validity,
    issuer,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, extensions),
  );
  const signature = createSign('sha256').update(body).sign(privateKey);
  const der = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function tagged(tag: number, ...content: Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  const { length } = bytes;
  const lengthBytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), bytes]);
}

function sequence(...content: Buffer[]): Buffer {
  return tagged(0x30, ...content);
}

function set(...content: Buffer[]): Buffer {
  return tagged(0x31, ...content);
}

function objectId(...bytes: number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes));
}

function extension(id: number[], value: Buffer): Buffer {
  return sequence(objectId(...id), tagged(0x04, value));
}

/** UTCTime, good until 2049. */
function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return tagged(0x17, Buffer.from(text.slice(2)));
}
