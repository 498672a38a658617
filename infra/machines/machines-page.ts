import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ASKED } from '../../shared/ledger/raster-items.ts';
import { cancelRun } from './cancel-run/cancel-run.ts';
import { drawing } from './drawing.ts';
import { hold } from './hold/hold.ts';
import { invalidateEdge } from './invalidate-edge/invalidate-edge.ts';
import { pauseSite } from './pause-site/pause-site.ts';
import { renewFromRasters } from './renew-from-rasters/renew-from-rasters.ts';
import { run } from './run/run.ts';
import { runJob } from './run-job/run-job.ts';
import { runPlan } from './run-plan/run-plan.ts';
import { runTargets } from './run-targets/run-targets.ts';
import { runUnits } from './run-units/run-units.ts';
import { startEventRun } from './start-event-run/start-event-run.ts';
import { startScheduledJob } from './start-scheduled-job/start-scheduled-job.ts';
import type { Machine } from './states.ts';
import { takeTurn } from './take-turn/take-turn.ts';
import { watchJob } from './watch-job/watch-job.ts';

/** The page that shows every machine. */
export const machinesPageFile = fileURLToPath(new URL('../../docs/machines.md', import.meta.url));

/** Names in the place of ARNs: they are what a drawing shows. */
const place = { partition: 'aws', table: 'ledger' };

const machines: [name: string, sentence: string, machine: Machine][] = [
  [
    'run',
    "One run of one operation; every operation has this machine, under its own name. It enters the run into the ledger, has the operation's function check the input, and has the work done by `hold`.",
    run({
      ...place,
      operation: 'operation',
      dashboard: 'CacheOps',
      example: {},
      functionArn: "the operation's function",
      holdArn: 'hold',
      runJobArn: 'run-job',
      runPlanArn: 'run-plan',
      runTargetsArn: 'run-targets',
      nextUnitArn: 'next-unit',
      maxWaiting: 10,
      submitSeconds: 150,
    }),
  ],
  [
    'hold',
    'Holds a service for one run, or nothing where its operation claims nothing. It waits for its turn and for the end of a pause, and has the work done. It frees the service when no job of the run can be at work any more.',
    hold({ ...place, takeTurnArn: 'take-turn' }),
  ],
  [
    'take-turn',
    'One window of waiting. The function `take-turn` looks whether the run may start, must wait for its turn or the end of a pause, or ends as an equal run does.',
    takeTurn({ ...place, takeTurnArn: 'take-turn' }),
  ],
  [
    'run-job',
    'Does the work of one run: submits its job, looks for it where the answer was lost, watches it window after window, and writes the end into the ledger.',
    runJob({ ...place, watchJobArn: 'watch-job', cancelRunArn: 'cancel-run', takeTurnArn: 'take-turn' }),
  ],
  [
    'run-plan',
    'Does the work of one run that is a plan: makes the plan and runs its units, some at the same time. It waits for windows and for the end of pauses, as the function `next-unit` says.',
    runPlan({ ...place, nextUnitArn: 'next-unit', runUnitsArn: 'run-units' }),
  ],
  [
    'run-units',
    'One lane of a plan: asks `next-unit` for a unit, and has it done by `run-job` as a run of its own.',
    runUnits({ ...place, nextUnitArn: 'next-unit', runJobArn: 'run-job' }),
  ],
  [
    'run-targets',
    'Does the work of a run that has several targets: runs each by itself, five at a time, and joins what became of them.',
    runTargets({ ...place, joinTargetsArn: 'join-targets' }),
  ],
  [
    'watch-job',
    'One window of polls: waits, asks `check-job` how the job is, and notes its progress.',
    watchJob({ ...place, checkArn: 'check-job' }),
  ],
  [
    'cancel-run',
    'Cleans up after a run whose execution did not come to its own end. The function `settle-run` says what to ask the server next, until no job of the run is at work.',
    cancelRun({ ...place, settleArn: 'settle-run', cancelArn: 'cancel-job' }),
  ],
  [
    'start-scheduled-job',
    'Starts the machine of an operation under the name of its scheduled occurrence, so that an occurrence that is delivered twice starts one run.',
    startScheduledJob(place),
  ],
  [
    'start-event-run',
    'Starts the machine of an operation under the name of the event that asked for it, so that an event that is delivered twice starts one run.',
    startEventRun(place),
  ],
  [
    'pause-site',
    'Keeps our hands off a target until some time, or ends that: the function `pause-site` writes it into the ledger, where `take-turn` sees it.',
    pauseSite({ ...place, pauseSiteArn: 'pause-site' }),
  ],
  [
    'renew-from-rasters',
    'From new rasters of one source to a service that shows them: the function `renew-rasters` says what is next, and the operations do the work as runs of their own.',
    renewFromRasters({ ...place, renewRastersArn: 'renew-rasters', askedArns: ASKED, givenUpUrl: '' }),
  ],
  [
    'invalidate-edge',
    'Has what stands before the server forget the tiles that a run has changed, once for all runs that ended in the same minute. Its failure is noted in the entry of the run, which has succeeded all the same.',
    invalidateEdge(place),
  ],
];

const DECISIONS: [question: string, file: string][] = [
  ['May this run start, must it wait, or does it end as an equal one?', 'functions/take-turn/operation.ts'],
  ['What does an operation ask for, and may its work be tried again?', 'shared/lambda/run-events.ts'],
  ['Which unit of a plan starts now, or what does the plan wait for?', 'functions/next-unit/lane.ts'],
  ['What does the end of a unit mean for its plan?', 'functions/next-unit/ends.ts'],
  ['Who makes tiles on a target at the same time?', 'shared/ledger/places.ts'],
  ['How is the job, and has it run too long?', 'functions/check-job/operation.ts'],
  ['How long is the wait before the next poll, and how long does a claim hold?', 'shared/jobs/poll-policy.ts'],
  ['In which order are several targets run, and what became of them?', 'functions/join-targets/operation.ts'],
  ['What is left to do for a run that was stopped?', 'functions/settle-run/first-step.ts'],
  ['Which targets are paused, and until when?', 'shared/ledger/pauses.ts'],
  ['What is next for new rasters, and who takes care of them?', 'functions/renew-rasters/stages.ts'],
  ['Are rasters ready to be shown?', 'functions/renew-rasters/gate.ts'],
  ['Which tiles do rasters touch, and how are they renewed?', 'functions/renew-rasters/tiles.ts'],
  ['Which runs have ended without a word?', 'functions/sweep-runs/operation.ts'],
  ['Which status may follow which, and who may write it?', 'shared/ledger/transitions.ts'],
  ['What does an error mean for a run?', 'shared/errors.ts'],
];

function definedIn(sentence: string, file: string): string {
  return oneALine(`${sentence} Defined in [${file}](../${file}).`);
}

/** One sentence a line, so that a change of one is a change of one line. */
function oneALine(text: string): string {
  return text.replaceAll(/\. (?=[A-Z])/g, '.\n');
}

export function machinesPageText(): string {
  const decisions = DECISIONS.map(([question, file]) => `| ${question} | [${file}](../${file}) |`);
  const sections = machines.flatMap(([name, sentence, machine]) => [
    `## ${name}`,
    '',
    definedIn(sentence, ['infra', 'machines', name, `${name}.ts`].join('/')),
    '',
    '```mermaid',
    drawing(machine),
    '```',
    '',
  ]);
  return [
    '# State machines',
    '',
    '<!-- Written by `npm run docs:machines` from the definitions in infra/machines. -->',
    '',
    oneALine(
      'Machines wait, call and record. What needs more than one word to decide is decided by a function. The words are on the page of [terms](terms.md).',
    ),
    '',
    '| what is decided | where |',
    '| --- | --- |',
    ...decisions,
    '',
    oneALine(
      'A box is a call, a diamond follows one word, a stadium waits, a circle is a good end, a hexagon a bad one. A dotted arrow is taken after an error. Tries after an error are not drawn.',
    ),
    '',
    ...sections,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

if (import.meta.main) writeFileSync(machinesPageFile, machinesPageText());
