import type { Work } from './gp-jobs.ts';
import { Refusal } from './replies.ts';
import type { Site } from './site.ts';

/** One parameter of a geoprocessing task. */
interface GpParameter {
  name: string;
  dataType: 'GPString' | 'GPLong' | 'GPFeatureRecordSetLayer';
  required: boolean;
  choices?: readonly string[];
}

/** A geoprocessing task that can be submitted. */
export interface GpTask {
  /** `System/CachingTools.GPServer` */
  service: string;
  /** The name in the task's own JSON, which is not always the one in its address. */
  name: string;
  /** The name in the address. */
  displayName: string;
  parameters: readonly GpParameter[];
  /** The name of the derived output. */
  output: string;
  /** Checks the inputs (refused: no job comes to be) and returns what starts the work (thrown: the job fails). */
  prepare: (inputs: Record<string, string>, site: Site) => () => Work;
  result: (inputs: Record<string, string>, site: Site) => string;
}

/** Refuses inputs that do not fit the task's parameters. */
export function checkParameters({ parameters }: GpTask, inputs: Record<string, string>): void {
  for (const { name, dataType, required, choices } of parameters) {
    const value = inputs[name];
    if (!value) {
      if (required) throw badParameter(`Missing required parameter '${name}'.`);
    } else if (dataType === 'GPLong' && !/^-?\d+$/.test(value)) {
      throw badParameter(`'${name}' is not a whole number.`);
    } else if (choices && !choices.includes(value)) {
      throw badParameter(`'${name}' is not one of ${choices.join(' | ')}.`);
    }
  }
}

/** What a submit with an unusable parameter is answered with. */
export function badParameter(detail: string): Refusal {
  return new Refusal(400, 'Unable to complete operation.', [detail]);
}
