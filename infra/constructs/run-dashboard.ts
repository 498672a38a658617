import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { CustomWidget, Dashboard, GraphWidget, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import { OPEN_INDEX } from '../../shared/ledger/entry.ts';
import { FAILED_RUNS, LAST_RUNS } from '../../shared/ledger/last-runs.ts';
import { PAUSES } from '../../shared/ledger/pauses.ts';
import { packed } from '../../shared/schedules/schedule-list.ts';
import { stateMachineArn } from '../arns.ts';
import type { Settings } from '../settings/settings.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { EncryptedQueue } from './encrypted-queue.ts';
import { KeptLogGroup } from './kept-log-group.ts';
import type { Ledger } from './ledger.ts';
import { LoggedStateMachine } from './logged-state-machine.ts';
import { OperationFunction } from './operation-function.ts';
import { type RasterRenewal, RENEWAL } from './raster-renewal.ts';
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
  /** What takes care of new rasters, where there are such. */
  readonly renewal: RasterRenewal | undefined;
  /** Adds a function that has the ledger and no secret. */
  readonly decision: (name: string, props: DecisionProps) => OperationFunction;
}

/** The runs as people see and steer them in the console. Made last: it shows what is in its scope by then. */
export class RunDashboard extends Construct {
  constructor(scope: Construct, id: string, props: RunDashboardProps) {
    super(scope, id);
    const { stackName, region } = Stack.of(this);
    const { showRuns, actOnRun } = addFunctions(scope, props);
    const page = new CustomWidget({
      title: 'Runs of cache-ops',
      functionArn: showRuns.function.functionArn,
      width: WHOLE,
      height: PAGE_HEIGHT,
      updateOnRefresh: true,
      updateOnResize: false,
      updateOnTimeRangeChange: false,
    });
    new Dashboard(this, 'Dashboard', { dashboardName: stackName, widgets: [[page], graphs(scope, props)] });
    this.#addQueries(scope, actOnRun);
    new CfnOutput(Stack.of(this), 'DashboardUrl', {
      value: `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${stackName}`,
    });
  }

  /** Saved queries of Logs Insights, in a folder of the stack's name. */
  #addQueries(scope: Construct, actOnRun: OperationFunction): void {
    const logs = allIn(scope, KeptLogGroup);
    const ofFunctions = logs.filter(({ node }) => node.scope instanceof OperationFunction);
    const ofMachines = logs.filter(({ node }) => {
      const machine = node.scope?.node.tryFindChild(node.id.replace(/Logs$/, ''));
      return machine instanceof LoggedStateMachine;
    });
    const ofButtons = ofFunctions.filter(({ node }) => node.scope === actOnRun);
    for (const [id, name, logGroups, query] of [
      ['WhatFailed', 'what failed', ofFunctions, WHAT_FAILED],
      ['HowLong', 'how long calls take', ofFunctions, HOW_LONG],
      ['Buttons', 'what was stopped or paused from the dashboard', ofButtons, BUTTONS],
      ['States', 'states that failed', ofMachines, STATES],
    ] as const) {
      const queryDefinitionName = `${Stack.of(this).stackName}/${name}`;
      new QueryDefinition(this, id, { queryDefinitionName, logGroups, queryString: new QueryString(query) });
    }
  }
}

const NEWEST = { sort: '@timestamp desc', limit: 200 };
const WHAT_FAILED = {
  fields: ['@timestamp', 'operation', 'execution', 'error', 'reason', 'requestId'],
  filterStatements: ["message = 'failed'"],
  ...NEWEST,
};
const HOW_LONG = {
  filterStatements: ["message in ['completed', 'failed']"],
  statsStatements: [
    'count(*) as calls, avg(milliseconds) as average, pct(milliseconds, 95) as most, max(milliseconds) as longest by operation',
  ],
  sort: 'longest desc',
};
const BUTTONS = {
  fields: ['@timestamp', 'message', 'action', 'run', 'target', 'hours', 'reason'],
  filterStatements: ["message in ['acted', 'refused']"],
  ...NEWEST,
};
const STATES = {
  fields: ['@timestamp', 'execution_arn', 'type', 'details.name', 'details.error', 'details.cause'],
  filterStatements: ['type like /Failed|TimedOut|Aborted/'],
  ...NEWEST,
};

function allIn<T extends IConstruct>(scope: Construct, kind: new (...args: never[]) => T): T[] {
  return scope.node.findAll().filter((one): one is T => one instanceof kind);
}

/** The names of the log groups of these functions. */
function logsOf(scope: Construct, folders: readonly string[]): string {
  const logs = allIn(scope, KeptLogGroup).filter(
    ({ node }) => node.scope instanceof OperationFunction && folders.includes(node.scope.folder),
  );
  return logs.map(({ logGroupName }) => logGroupName).join(',');
}

function addFunctions(scope: Construct, { ledger, schedules, operations, renewal, decision }: RunDashboardProps) {
  const environment = { LEDGER_TABLE: ledger.tableName };
  const pauseSiteArn = stateMachineArn(scope, 'pause-site');
  const actOnRun = decision('act-on-run', {
    description: "Does what the dashboard's buttons ask for: stop a run, pause a target.",
    environment: { ...environment, PAUSE_SITE_ARN: pauseSiteArn },
    access: [
      ...ledger.decisionAccess(['GetItem']),
      new PolicyStatement({
        actions: ['states:StartExecution'],
        resources: [pauseSiteArn, stateMachineArn(scope, PLANS_OF)],
      }),
    ],
  });
  actOnRun.allowStopping([...operations.keys(), ...(renewal ? [RENEWAL] : [])]);
  const list = schedules.map(({ input, ...schedule }) => {
    const { target } = Object(input);
    return { ...schedule, target: [target].flat().join(', ') };
  });
  const showRuns = decision('show-runs', {
    description: 'Shows on the dashboard what runs, what failed and what is next.',
    environment: {
      ...environment,
      ACT_ON_RUN_ARN: actOnRun.function.functionArn,
      SCHEDULES: packed(list, MAX_SCHEDULES_CHARACTERS),
      LOG_GROUPS: logsOf(scope, [...operations.keys(), 'check-job', 'cancel-job']),
    },
    access: [
      ledger.access('Query', [PAUSES, LAST_RUNS, FAILED_RUNS]),
      ...ledger.decisionAccess(['BatchGetItem'], OPEN_INDEX),
    ],
  });
  return { showRuns, actOnRun };
}

function graphs(scope: Construct, { operations, renewal }: RunDashboardProps): IWidget[] {
  const machines = [...operations, ...(renewal ? [[RENEWAL, renewal.machine] as const] : [])];
  const options = { statistic: 'Sum', period: PERIOD };
  const graph = (title: string, left: IMetric[]) =>
    new GraphWidget({ title, left, width: THIRD, leftYAxis: { min: 0, showUnits: false } });
  const succeeded = machines.map(([label, machine]) => machine.metricSucceeded({ ...options, label }));
  const failed = machines.map(([label, machine]) => machine.metricFailed({ ...options, label }));
  // The only queue that is no dead-letter queue is that of new rasters.
  const waiting = allIn(scope, EncryptedQueue).map((queue) => {
    const label = queue instanceof DeadLetterQueue ? queue.node.id : 'new rasters';
    return queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', label });
  });
  return [
    graph('Runs that succeeded, by operation', succeeded),
    graph('Runs that failed, by operation', failed),
    graph('Rasters that wait, and dead letters', waiting),
  ];
}
