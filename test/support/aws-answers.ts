import type { AwsAnswer } from '../../local/aws-endpoint.ts';

export function xmlOf(text: string) {
  return { response: { statusCode: 200, headers: { 'content-type': 'text/xml' }, body: Buffer.from(text) } };
}

/** As the SDK gets it over HTTP. */
export function responseOf(answer: AwsAnswer | undefined) {
  if (answer === undefined) throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
  const { status, reply } = answer;
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { response: { statusCode: status, headers, body: Buffer.from(JSON.stringify(reply)) } };
}
