import { nearest } from '../near-words.ts';

/** What the rotation templates of AWS add ("JSON structure of AWS Secrets Manager secrets"): never a mistyped key. */
const ROTATION_KEYS = [
  'engine',
  'host',
  'port',
  'dbname',
  'masterarn',
  'dbInstanceIdentifier',
  'dbClusterIdentifier',
  'ssl',
];

/** What other tools call our keys, in small letters. */
const SYNONYMS: Record<string, readonly string[]> = {
  vendor: ['type', 'product', 'kind'],
  url: [
    'uri',
    'host',
    'hostname',
    'address',
    'endpoint',
    'server',
    'site',
    'siteurl',
    'serverurl',
    'baseurl',
    'libraryurl',
  ],
  adminUrl: ['admin', 'adminaddress', 'adminendpoint', 'adminhost'],
  portalUrl: ['portal', 'portaladdress', 'portalhost', 'owningsystemurl'],
  username: ['user', 'uid', 'userid', 'login', 'account'],
  password: ['pwd', 'pass', 'passwd', 'passphrase'],
  token: ['apitoken', 'apikey', 'accesstoken'],
  apiToken: ['token', 'apikey', 'accesstoken'],
  loginMode: ['mode', 'authmode', 'authenticationmode'],
  httpsProxy: ['proxy', 'httpproxy', 'proxyurl', 'proxyserver'],
  caCertificate: ['ca', 'cacert', 'cabundle', 'rootca', 'cert', 'certificate'],
  clientCertificate: ['clientcert', 'cert', 'certificate'],
  clientKey: ['key', 'privatekey', 'clientprivatekey', 'certkey'],
};

/**
 * Keys of a secret that are none of ours and nearly one of ours, each with what was probably meant. What another tool
 * would call a key counts only where that key is missing.
 */
export function nearKeyProblems(keys: readonly string[], known: readonly string[]): { key: string; problem: string }[] {
  return keys.flatMap((key) => {
    const meant = known.includes(key) ? [] : keysMeant(key, keys, known);
    return meant.length === 0 ? [] : [{ key, problem: `did you mean ${meant.join(' or ')}?` }];
  });
}

function keysMeant(key: string, keys: readonly string[], known: readonly string[]): string[] {
  const near = ROTATION_KEYS.includes(key) ? undefined : nearest(key, known);
  if (near !== undefined) return [near];
  const word = key.toLowerCase().replace(/[\s_.-]+/g, '');
  return known.filter((candidate) => !keys.includes(candidate) && SYNONYMS[candidate]?.includes(word));
}
