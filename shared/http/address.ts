const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Why an address may not be used, or undefined. The same rule for what a secret holds and for what a site names:
 * https, or plain http to a loopback address (`localhost`, 127.0.0.0/8, `::1`) or where `allowHttp` is true.
 */
export function addressProblem(address: string, allowHttp = false): string | undefined {
  // Not `URL.canParse`: it says yes to long host names of which `new URL` makes an error.
  const url = URL.parse(address);
  if (url === null || /\s/.test(address)) return 'must be an https:// address';
  const { protocol, username, password, hostname } = url;
  if (username !== '' || password !== '') return 'must not hold a user name or password';
  if (/[?#]/.test(address)) return 'must not hold a ? or a #';
  if (protocol === 'https:') return undefined;
  if (protocol !== 'http:') return 'must be an https:// address';
  if (allowHttp || isLoopback(hostname)) return undefined;
  return 'is plain http, which would show the password to the network: use https, or set allowHttp to true where that is meant';
}

/** Of a `URL`, where an IPv6 address stands in brackets. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}
