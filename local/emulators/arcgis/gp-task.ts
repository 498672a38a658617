import type { Work } from './gp-jobs.ts';
import { Refusal } from './replies.ts';
import type { Site } from './site.ts';

/** The values of a call's parameters; one that was left out, or sent empty, has none. */
export type GpInputs = Record<string, string>;

/** One parameter of a geoprocessing task. */
export interface GpParameter {
  name: string;
  displayName: string;
  dataType: 'GPString' | 'GPLong' | 'GPFeatureRecordSetLayer';
  required: boolean;
  /** What the task's JSON calls the default; a choice's is a label that a call may not send. */
  defaultValue?: string;
  choices?: readonly string[];
}

/** What a geoprocessing task says of itself. */
interface GpTaskDescription {
  /** `System/CachingTools.GPServer` */
  service: string;
  /** The name in the task's own JSON, which is not always the one in its address. */
  name: string;
  /** The name in the address. */
  displayName: string;
  parameters: readonly GpParameter[];
  /** The derived output. */
  output: { name: string; displayName: string };
}

/** A task that is submitted, and then runs as a job. */
export interface SubmittedTask extends GpTaskDescription {
  /** Checks the inputs (refused: no job comes to be) and returns what starts the work (thrown: the job fails). */
  prepare: (inputs: GpInputs, site: Site) => () => Work;
  result: (inputs: GpInputs, site: Site) => string;
}

/** A task that answers at once. */
export interface ExecutedTask extends GpTaskDescription {
  execute: (inputs: GpInputs, site: Site) => unknown;
}

/** A geoprocessing task. */
export type GpTask = SubmittedTask | ExecutedTask;

/** The inputs of a call, checked against the task's parameters. */
export function readInputs({ parameters }: GpTask, fields: Record<string, string>): GpInputs {
  const inputs: GpInputs = {};
  for (const { name, dataType, required, choices } of parameters) {
    const value = fields[name];
    if (!value) {
      if (required) throw badParameter(`Missing required parameter '${name}'.`);
      continue;
    }
    if (dataType === 'GPLong' && !/^-?\d+$/.test(value)) throw badParameter(`'${name}' is not a whole number.`);
    if (choices && !choices.includes(value)) throw badParameter(`'${name}' is not one of ${choices.join(' | ')}.`);
    inputs[name] = value;
  }
  return inputs;
}

/** What a call with an unusable parameter is answered with. */
export function badParameter(detail: string): Refusal {
  return new Refusal(400, 'Unable to complete operation.', [detail]);
}
