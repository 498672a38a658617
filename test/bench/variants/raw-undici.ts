import requestWith from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';

const agent = new Agent({ keepAliveTimeout: 60_000 });

async function post(url: string, headers: Record<string, string>, body: string) {
  const { origin, pathname } = new URL(url);
  const answer = await requestWith.call(agent, { origin, path: pathname, method: 'POST', headers, body });
  return Object(await answer.body.json());
}

async function postForm(url: string, form: Record<string, string>) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', referer: 'https://bench' };
  return await post(url, headers, new URLSearchParams({ ...form, f: 'json' }).toString());
}

/** The reference: secret, token and clear by hand, nothing checked, nothing repeated, the secret's request not signed. */
export const handler = async ({ target }: { target: string }) => {
  const awsHeaders = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'secretsmanager.GetSecretValue',
  };
  const secretId = JSON.stringify({ SecretId: `cache-ops/${target}` });
  const secret = await post(`${process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER']}/`, awsHeaders, secretId);
  const { url, username, password } = JSON.parse(secret.SecretString);
  const form = { username, password, client: 'referer', referer: 'https://bench', expiration: '60' };
  const { token } = await postForm(`${url}/admin/generateToken`, form);
  return await postForm(`${url}/admin/system/handlers/rest/cache/clear`, { token });
};
