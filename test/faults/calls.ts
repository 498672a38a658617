/** A kind of vendor call, as the vendors' pages tell calls apart. */
export interface CallKind {
  name: string;
  path: RegExp;
  /** False for the one call that starts work which a second call would do twice. */
  safeToRepeat: boolean;
  /** What a success is read from: a JSON body, the status with no body, or the token in a header. */
  answer: 'body' | 'status' | 'header';
  /** How long its answer is waited for. */
  answerSeconds: number;
}

const read = (name: string, path: RegExp): CallKind => ({
  name,
  path,
  safeToRepeat: true,
  answer: 'body',
  answerSeconds: 30,
});

export const SUBMIT: CallKind = { ...read('submitJob', /\/submitJob$/), safeToRepeat: false, answerSeconds: 60 };

export const HOSTED_SUBMIT: CallKind = { ...SUBMIT, name: 'updateTiles', path: /\/updateTiles$/ };

/** Every call that a function makes; the first that fits is the one. */
const CALLS: readonly CallKind[] = [
  read('rest/info', /\/rest\/info$/),
  read('generateToken', /\/generateToken$/),
  read('exists', /\/admin\/services\/exists$/),
  read('clear', /\/rest\/cache\/clear$/),
  SUBMIT,
  HOSTED_SUBMIT,
  read('hosted refresh', /\/rest\/admin\/.+\/refresh\?/),
  read('hosted job list', /\/rest\/admin\/.+\/jobs\?/),
  read('hosted cancel', /\/rest\/admin\/.+\/cancel$/),
  read('hosted job', /\/rest\/admin\/.+\/jobs\/[^/]+\?/),
  read('hosted service', /\/rest\/admin\/.+Server$/),
  { ...read('report', /\/ReportCacheStatus\/execute$/), answerSeconds: 10 },
  { ...read('browser cache', /\/admin\/services\/.+\.(Map|Image)Server$/), answerSeconds: 10 },
  read('job list', /\.GPServer\/jobs\/query\?/),
  read('admin cancel', /\/admin\/.*\/cancel$/),
  read('cancel', /\/rest\/.*\/cancel$/),
  read('job input', /\/jobs\/[^/]+\/inputs\/\w+$/),
  read('job output', /\/jobs\/[^/]+\/results\/\w+$/),
  read('job', /\/jobs\/[^/]+$/),
  read('query', /\/ImageServer\/query$/),
  read('service', /\/rest\/services\/.+\/(Map|Image)Server$/),
  { ...read('login', /\/api\/auth\/login$/), answer: 'header' },
  { ...read('logout', /\/api\/auth\/logout$/), answer: 'status' },
  read('projects', /\/api\/projects$/),
  { ...read('purge', /\/caches\/(element|object)$/), answer: 'status' },
  read('nodes', /\/iServer\/nodes$/),
  read('content caches', /\/api\/monitors\/caches\/contents\?/),
  read('alter content caches', /\/v2\/monitors\/caches\/contents\?/),
  read('cube caches', /\/caches\/cubes\?/),
  read('manipulation', /\/cubes\/manipulations\/[^/]+\/status$/),
  { ...read('cube', /\/caches\/cubes\/[^/]+$/), answer: 'status' },
  read('status', /\/api\/status$/),
];

/** Which kind of call a request is; a call that is new wants a line above. */
export function callKindOf({ path }: { path: string }): CallKind {
  const kind = CALLS.find((each) => each.path.test(path));
  if (kind === undefined) throw new Error(`test/faults/calls.ts does not know the call ${path}`);
  return kind;
}
