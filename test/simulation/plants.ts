import type { StackTemplate } from '../../local/template.ts';

/** A fault that is put into what a seed runs, to see whether the simulation finds it. */
export interface Plant {
  /** What is wrong, and the invariant that it breaks. */
  says: string;
  breaks: string;
  /** Changes a definition: by the name of its machine. */
  definition?: { machine: string; change: (definition: Definition) => void };
  /** Changes a call of DynamoDB. */
  database?: (action: string, request: Record<string, unknown>) => Record<string, unknown>;
  /** Changes what a function is told, by the start of its name; or answers in its place. */
  told?: { functionName: string; event: (event: Record<string, unknown>) => Record<string, unknown> };
  answered?: { functionName: string; answer: (event: Record<string, unknown>) => object | undefined };
}

interface Definition {
  States: Record<string, Record<string, unknown>>;
}

const isClaiming = (request: Record<string, unknown>) =>
  Object(request['Key']).operation?.S === 'claim' &&
  String(request['ConditionExpression']).includes('not_exists(#holder)');

export const PLANTS: Record<string, Plant> = {
  P1: {
    says: 'a claim is granted whoever holds the service',
    breaks: 'I1',
    database(action, request) {
      if (action !== 'UpdateItem' || !isClaiming(request)) return request;
      const { ConditionExpression: _left, ...rest } = request;
      return rest;
    },
  },
  P2: {
    says: 'a refresh ends with one that was submitted before its start',
    breaks: 'I4',
    told: { functionName: 'TakeTurn', event: (event) => ({ ...event, later: false }) },
  },
  P3: {
    says: 'the job of a stopped run is not cancelled',
    breaks: 'I3',
    answered: {
      functionName: 'CancelJob',
      answer: (event) =>
        'cancel' in event
          ? { over: true, outcome: 'cancelled', jobStatus: 'esriJobCancelled', attempts: 1 }
          : undefined,
    },
  },
  P4: {
    says: "a submit is tried again after Lambda's own errors",
    breaks: 'I6',
    definition: {
      machine: 'run-job',
      change({ States: states }) {
        const named = Object(states['Submit'])
          .Catch.slice(0, 2)
          .flatMap((one: object) => Object(one).ErrorEquals);
        Object.assign(Object(states['Submit']), {
          Retry: [
            { ErrorEquals: named, MaxAttempts: 0 },
            { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 3 },
          ],
        });
      },
    },
  },
  P5: {
    says: 'the service is freed after every failure',
    breaks: 'I1',
    definition: {
      machine: 'hold',
      change({ States: states }) {
        Object.assign(Object(states['Is the service free?']), { Default: 'Free the service' });
      },
    },
  },
  P6: {
    says: 'a waiting run that failed stays in the queue',
    breaks: 'I7',
    database(action, request) {
      const { ':status': status } = Object(request['ExpressionAttributeValues']);
      if (action !== 'UpdateItem' || status?.S !== 'failed') return request;
      const { '#waitingFor': _unused, ...names } = Object(request['ExpressionAttributeNames']);
      const change = String(request['UpdateExpression']).replace(/, #waitingFor|#waitingFor, /, '');
      return { ...request, UpdateExpression: change, ExpressionAttributeNames: names };
    },
  },
};

/** The template with the fault in it. */
export function planted(template: StackTemplate, { definition }: Plant): StackTemplate {
  if (definition === undefined) return template;
  const stateMachines = template.stateMachines.map((machine) => {
    if (machine.name !== definition.machine) return machine;
    const changed = structuredClone(machine.definition);
    definition.change(Object(changed));
    return { ...machine, definition: changed };
  });
  return { ...template, stateMachines };
}
