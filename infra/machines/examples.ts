/** An input to begin with for every machine that operations share; an operation's own is among the test events. */

const START = '2026-01-31T03:00:00.000Z';

const run = {
  operation: 'refresh-service',
  name: 'by-hand-1',
  id: 'by-hand-1-0123456789ab',
  startedAt: START,
  startedBy: 'person',
  ticket: `${START}#by-hand-1`,
};
const SERVICE = 'Imagery/Landsat.ImageServer';
const TASK = 'rest/services/System/PublishingTools/GPServer/Refresh%20Service';
const arn = (kind: string) => `arn:aws:${kind}`;

const turn = { run, claim: `city-gis/${SERVICE}`, request: '0123456789abcdef', later: true, maxWaiting: 10 };
const work = {
  run,
  input: { target: 'city-gis', serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' },
  lookFor: `a job of ${SERVICE} on target city-gis`,
  functionArn: arn('lambda:eu-west-1:111122223333:function:refresh-service'),
  submitSeconds: 150,
  work: { state: { attempts: 0 } },
};

export const examples = {
  hold: {
    ...work,
    ...turn,
    machineArn: arn('states:eu-west-1:111122223333:stateMachine:run-job'),
    turn: { state: { attach: {}, isNew: true } },
  },
  'run-job': { ...work, claim: 'nothing', fence: '0', claimedAt: START },
  'take-turn': { ...turn, submitSeconds: 150, isNew: true, attach: {} },
  'watch-job': {
    watch: {
      status: 'running',
      run: { operation: run.operation, name: run.name },
      job: {
        operation: run.operation,
        target: 'city-gis',
        service: SERVICE,
        taskPath: TASK,
        jobId: 'j0123456789abcdef',
        submittedAt: START,
      },
      deadline: '2026-02-14T03:00:00.000Z',
      polls: 0,
      waitSeconds: 5,
      watchingCost: 0,
      jobStatus: 'esriJobSubmitted',
    },
  },
  'cancel-run': { run: { operation: run.operation, name: run.name }, ended: 'ABORTED' },
  'start-scheduled-job': {
    stateMachineArn: arn('states:eu-west-1:111122223333:stateMachine:clear-rest-cache'),
    name: 'nightly',
    scheduledTime: '2026-01-31T03:00:00Z',
    input: { target: 'city-gis' },
  },
} as const;

/** What a machine is for, and an input to begin with: the console shows it above the definition. */
export function comment(sentence: string, example: object): string {
  return `${sentence} Input, for example: ${JSON.stringify(example)}`;
}
