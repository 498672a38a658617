import { startWeatherServer, type WeatherServer } from './weather-server.ts';

/** What a server says in one situation of the field; whatever is not named is answered plainly and well. */
export interface FieldAnswers {
  service?: object;
  /** In the place of `service`: its document as raw text. */
  serviceText?: string;
  /** The answer of the finished job, and that of its output. */
  poll?: object;
  result?: object;
  login?: { status: number; body: object };
  everything?: { status: number; body: string };
  everythingElse?: object;
}

const JOB = { jobId: 'j0123456789abcdef0123456789abcdef' };
const NO_JOBS = { total: 0, start: 1, num: 10, nextStart: -1, results: {} };

/** Starts a server of both vendors that answers as one situation has it. */
export async function startFieldSite(answers: FieldAnswers): Promise<WeatherServer> {
  const { service, serviceText, poll, result, login, everything, everythingElse } = answers;
  const site = await startWeatherServer();
  const answer = (path: RegExp, body: unknown, status = 200) =>
    site.always(path, { status, body: typeof body === 'string' ? body : JSON.stringify(body) });
  if (everything !== undefined) answer(/./, everything.body, everything.status);
  if (login !== undefined) answer(/\/api\/auth\/login$/, login.body, login.status);
  if (everythingElse !== undefined) answer(/./, everythingElse);
  answer(/\/rest\/info$/, { currentVersion: 11.3, authInfo: { isTokenBasedSecurity: true } });
  answer(/\/generateToken$/, { token: 'a-token', expires: Date.now() + 3_600_000 });
  answer(/\/submitJob$/, { ...JOB, jobStatus: 'esriJobSubmitted' });
  answer(/\/jobs\/\w+\/results\/\w+$/, result ?? {});
  answer(/\/jobs\/query$/, NO_JOBS);
  answer(/\/jobs\/\w+$/, poll ?? { ...JOB, jobStatus: 'esriJobSucceeded', messages: [], results: {} });
  answer(/\/rest\/services\/[^/]+\/(Map|Image)Server$/, serviceText ?? service ?? {});
  return site;
}
