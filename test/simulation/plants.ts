import type { StackTemplate } from '../../local/template.ts';

/** A fault that is put into what a seed runs, to see whether the simulation finds it. */
export interface Plant {
  /** What is wrong, and the invariant that it breaks. */
  says: string;
  breaks: string;
  /** Changes a state of every machine that has it. */
  state?: { name: string; change: (state: Record<string, unknown>) => void };
  /** Changes a call of DynamoDB. */
  database?: (action: string, request: Record<string, unknown>) => Record<string, unknown>;
  /** Changes what a function is told, by the start of its name; or answers in its place. */
  told?: { functionName: string; event: (event: Record<string, unknown>) => Record<string, unknown> };
  answered?: { functionName: string; answer: (event: Record<string, unknown>) => object | undefined };
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
    breaks: 'I5',
    state: {
      name: 'Submit',
      change(state) {
        const ours = Object(state).Catch.slice(0, 2);
        state['Retry'] = [
          { ErrorEquals: ours.flatMap((one: object) => Object(one).ErrorEquals), MaxAttempts: 0 },
          { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 3 },
        ];
      },
    },
  },
  P5: {
    says: 'the service is freed after every failure',
    breaks: 'I1',
    state: {
      name: 'Is the service free?',
      change(state) {
        state['Default'] = 'Free the service';
      },
    },
  },
  P6: {
    says: 'a waiting run that failed stays in the queue',
    breaks: 'I6',
    database(action, request) {
      const { ':status': status } = Object(request['ExpressionAttributeValues']);
      if (action !== 'UpdateItem' || status?.S !== 'failed') return request;
      const { '#waitingFor': _unused, ...names } = Object(request['ExpressionAttributeNames']);
      const change = String(request['UpdateExpression']).replace(
        / REMOVE #waitingFor$|, #waitingFor|#waitingFor, /,
        '',
      );
      return { ...request, UpdateExpression: change, ExpressionAttributeNames: names };
    },
  },
  P7: {
    says: 'an end is written over another end',
    breaks: 'I2',
    database(action, request) {
      const { ':status': status } = Object(request['ExpressionAttributeValues']);
      if (action !== 'UpdateItem' || status === undefined) return request;
      const { ConditionExpression: _left, ...rest } = request;
      return rest;
    },
  },
  P8: {
    says: 'a run ends by the errors of AWS as they come',
    breaks: 'I7',
    state: {
      name: 'AWS failed',
      change(state) {
        state['Parameters'] = { 'Error.$': '$.Error', 'Cause.$': '$.Cause' };
      },
    },
  },
};

/** The template with the fault in it. */
export function planted(template: StackTemplate, { state }: Plant): StackTemplate {
  if (state === undefined) return template;
  const stateMachines = template.stateMachines.map((machine) => {
    const definition = structuredClone(machine.definition);
    const found = Object(definition).States[state.name];
    if (found !== undefined) state.change(found);
    return { ...machine, definition };
  });
  return { ...template, stateMachines };
}
