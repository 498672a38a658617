/** An input to begin with for every machine that operations share; an operation's own is among the test events. */

const START = '2026-01-31T03:00:00.000Z';

const run = {
  operation: 'clear-rest-cache',
  name: 'by-hand-1',
  id: 'by-hand-1-0123456789ab',
  startedAt: START,
  startedBy: 'person',
  ticket: `${START}#by-hand-1`,
};
const TARGET = 'city-gis';

const turn = { run, claim: TARGET, request: '0123456789abcdef', later: true, maxWaiting: 10 };
const work = {
  run,
  input: { target: TARGET },
  lookFor: `what was done on target ${TARGET}`,
  functionArn: "<ARN of the operation's function>",
  submitSeconds: 150,
  work: { state: { attempts: 0 } },
};

export const examples = {
  hold: {
    ...work,
    claims: 'something',
    takesPlace: false,
    ...turn,
    machineArn: '<ARN of run-job>',
    turn: { state: { attach: {}, isNew: true } },
  },
  'run-job': { ...work, holder: run.name, claim: 'nothing', fence: '0', claimedAt: START },
  'run-targets': { run: { operation: run.operation, name: run.name }, input: { target: [TARGET, 'county-gis'] } },
  'run-plan': { ...work, holder: run.name, claim: `${TARGET}/Folder/Name.Type`, fence: '1', claimedAt: START },
  'run-units': {
    lane: {
      ...work,
      number: 0,
      claim: `${TARGET}/Folder/Name.Type`,
      fence: '1',
      unit: { state: { steps: 0, name: '' } },
      done: { state: {} },
    },
  },
  'take-turn': { ...turn, claims: 'something', submitSeconds: 150, isNew: true, attach: {} },
  'watch-job': {
    watch: {
      status: 'running',
      run: { operation: run.operation, name: run.name },
      job: {
        operation: run.operation,
        target: TARGET,
        service: 'Folder/Name.Type',
        taskPath: '<path of the task>',
        jobId: 'j0123456789abcdef',
        submittedAt: START,
      },
      deadline: '2026-02-14T03:00:00.000Z',
      polls: 0,
      waitSeconds: 5,
      watchingCost: 0,
      jobStatus: 'submitted',
    },
  },
  'cancel-run': { run: { operation: run.operation, name: run.name }, ended: 'ABORTED' },
  'pause-site': { target: TARGET, until: '2026-01-31T06:00:00Z', reason: 'maintenance' },
  'start-event-run': {
    stateMachineArn: '<ARN of clear-rest-cache>',
    name: 'after-nightly-load',
    input: { target: TARGET },
  },
  'start-scheduled-job': {
    stateMachineArn: '<ARN of clear-rest-cache>',
    name: 'nightly',
    scheduledTime: '2026-01-31T03:00:00Z',
    input: { target: TARGET },
  },
  'invalidate-edge': {
    edge: { reference: 'again-1', distributionId: 'E2EXAMPLE1ABCD', paths: { Quantity: 1, Items: ['/tiles/*'] } },
    run: `${run.operation}/${run.name}`,
    operation: run.operation,
    endedAt: START,
  },
  'renew-from-rasters': { source: 'landsat' },
} as const;

/** What a machine is for, and an input to begin with: the console shows it above the definition. */
export function comment(sentence: string, example: object): string {
  return `${sentence} Input, for example: ${JSON.stringify(example)}`;
}
