import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { CustomWidget, Dashboard, GraphWidget, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { OPEN_INDEX } from '../../shared/ledger/entry.ts';
import { FAILED_RUNS, LAST_RUNS } from '../../shared/ledger/last-runs.ts';
import { PAUSES } from '../../shared/ledger/pauses.ts';
import { packed } from '../../shared/schedules/schedule-list.ts';
import type { Settings } from '../settings/settings.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { KeptLogGroup } from './kept-log-group.ts';
import type { Ledger } from './ledger.ts';
import { LoggedStateMachine, mayStart } from './logged-state-machine.ts';
import { OperationFunction } from './operation-function.ts';
import type { RasterRenewal } from './raster-renewal.ts';
import { RENEWAL } from './raster-renewal.ts';
import type { DecisionProps } from './telling.ts';

/** Of the 4 kB that the variables of a function may have. */
const MAX_SCHEDULES_CHARACTERS = 3000;
/** Of a dashboard's grid, which has 24 columns. */
const [WHOLE, THIRD] = [24, 8];
const PAGE_HEIGHT = 18;
const PERIOD = Duration.hours(1);
/** What is left of its plans can be run by a button. */
const PLANS_OF = 'manage-map-server-cache-tiles';

interface RunDashboardProps {
  readonly ledger: Ledger;
  readonly schedules: Settings['schedules'];
  /** The machine of every operation, by its name. */
  readonly operations: ReadonlyMap<string, LoggedStateMachine>;
  readonly pauseSite: LoggedStateMachine;
  /** What takes care of new rasters, and the queue in which they wait, where there are such. */
  readonly renewal: RasterRenewal | undefined;
  readonly newRasters: IQueue | undefined;
  /** Adds a function that has the ledger and no secret. */
  readonly decision: (name: string, props: DecisionProps) => OperationFunction;
}

/** The runs of the stack as people see and steer them in the console. Made last: it shows what is in the stack by then. */
export class RunDashboard extends Construct {
  constructor(scope: Construct, id: string, props: RunDashboardProps) {
    super(scope, id);
    const { stackName, region } = Stack.of(this);
    const showRuns = addFunctions(props);
    new Dashboard(this, 'Dashboard', {
      dashboardName: stackName,
      widgets: [
        [
          new CustomWidget({
            title: 'Runs of cache-ops',
            functionArn: showRuns.function.functionArn,
            width: WHOLE,
            height: PAGE_HEIGHT,
            updateOnRefresh: true,
            updateOnResize: false,
            updateOnTimeRangeChange: false,
          }),
        ],
        graphs(Stack.of(this), props),
      ],
    });
    this.#addQueries(stackName);
    new CfnOutput(Stack.of(this), 'DashboardUrl', {
      value: `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${stackName}`,
    });
  }

  /** Saved queries of Logs Insights, in a folder of the stack's name. */
  #addQueries(folder: string): void {
    const logs = Stack.of(this)
      .node.findAll()
      .filter((one) => one instanceof KeptLogGroup);
    const ofMachines = logs.filter(
      ({ node }) => node.scope?.node.tryFindChild(node.id.replace(/Logs$/, '')) instanceof LoggedStateMachine,
    );
    const ofFunctions = logs.filter(({ node }) => node.scope instanceof OperationFunction);
    for (const [id, name, logGroups, queryString] of [
      ['WhatFailed', 'what failed', ofFunctions, WHAT_FAILED],
      ['HowLong', 'how long calls take', ofFunctions, HOW_LONG],
      ['Actions', 'who was stopped or paused from the dashboard', ofFunctions, ACTIONS],
      ['States', 'states that failed', ofMachines, STATES],
    ] as const) {
      new QueryDefinition(this, id, { queryDefinitionName: `${folder}/${name}`, logGroups, queryString });
    }
  }
}

const WHAT_FAILED = new QueryString({
  fields: ['@timestamp', 'operation', 'error', 'reason', 'requestId'],
  filterStatements: ["message = 'failed'"],
  sort: '@timestamp desc',
  limit: 200,
});
const HOW_LONG = new QueryString({
  filterStatements: ["message in ['completed', 'failed']"],
  statsStatements: [
    'count(*) as calls, avg(milliseconds) as average, pct(milliseconds, 95) as most, max(milliseconds) as longest by operation',
  ],
  sort: 'longest desc',
});
const ACTIONS = new QueryString({
  fields: ['@timestamp', 'message', 'action', 'run', 'target', 'hours', 'reason'],
  filterStatements: ["message in ['acted', 'refused']"],
  sort: '@timestamp desc',
  limit: 200,
});
const STATES = new QueryString({
  fields: ['@timestamp', 'execution_arn', 'type', 'details.name', 'details.error', 'details.cause'],
  filterStatements: ['type like /Failed|TimedOut|Aborted/'],
  sort: '@timestamp desc',
  limit: 200,
});

function addFunctions({ ledger, schedules, operations, pauseSite, renewal, decision }: RunDashboardProps) {
  const environment = { LEDGER_TABLE: ledger.tableName };
  const plans = [...operations].flatMap(([name, machine]) => (name === PLANS_OF ? [machine] : []));
  const actOnRun = decision('act-on-run', {
    description: "Does what the dashboard's buttons ask for: stop a run, pause a target.",
    environment: { ...environment, PAUSE_SITE_ARN: pauseSite.stateMachineArn },
    access: [...ledger.decisionAccess(['GetItem']), mayStart([pauseSite, ...plans])],
  });
  actOnRun.allowStopping([...operations.keys(), ...(renewal ? [RENEWAL] : [])]);
  const list = schedules.map(({ input, ...schedule }) => ({
    ...schedule,
    target: [Object(input).target].flat().join(', '),
  }));
  return decision('show-runs', {
    description: 'Shows on the dashboard what runs, what failed and what is next.',
    environment: {
      ...environment,
      ACT_ON_RUN_ARN: actOnRun.function.functionArn,
      SCHEDULES: packed(list, MAX_SCHEDULES_CHARACTERS),
    },
    access: [
      ledger.access('Query', [PAUSES, LAST_RUNS, FAILED_RUNS]),
      ...ledger.decisionAccess(['BatchGetItem'], OPEN_INDEX),
    ],
  });
}

function graphs(stack: Stack, { operations, renewal, newRasters }: RunDashboardProps): IWidget[] {
  const machines = [...operations, ...(renewal ? [[RENEWAL, renewal.machine] as const] : [])];
  const options = { statistic: 'Sum', period: PERIOD };
  const graph = (title: string, left: IMetric[]) =>
    new GraphWidget({ title, left, width: THIRD, leftYAxis: { min: 0, showUnits: false } });
  const deadLetters = stack.node.findAll().filter((one) => one instanceof DeadLetterQueue);
  const waiting = (queue: IQueue, label: string) =>
    queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', label });
  return [
    graph(
      'Runs that succeeded, by operation',
      machines.map(([label, machine]) => machine.metricSucceeded({ ...options, label })),
    ),
    graph(
      'Runs that failed, by operation',
      machines.map(([label, machine]) => machine.metricFailed({ ...options, label })),
    ),
    graph('Rasters that wait, and dead letters', [
      ...(newRasters ? [waiting(newRasters, 'new rasters')] : []),
      ...deadLetters.map((queue) => waiting(queue, queue.node.id)),
    ]),
  ];
}
