import { CURRENT_VERSION } from './catalogue.ts';
import type { GpParameter, GpTask } from './gp-task.ts';

/** The JSON of a geoprocessing service. */
export function gpServiceJson(tasks: readonly GpTask[]): object {
  return {
    currentVersion: CURRENT_VERSION,
    serviceDescription: '',
    tasks: tasks.map(({ displayName }) => displayName),
    executionType: executionType(tasks.some(isExecuted)),
    resultMapServerName: '',
    maximumRecords: 1000,
  };
}

/** The JSON of one of its tasks; every parameter has every field, as on the real server. */
export function gpTaskJson(task: GpTask): object {
  const { name, displayName, parameters, output } = task;
  const derived = parameterJson({ ...output, dataType: 'GPString' }, 'Output', 'Derived');
  return {
    name,
    displayName,
    description: '',
    category: '',
    executionType: executionType(isExecuted(task)),
    parameters: [
      ...parameters.map((given) => parameterJson(given, 'Input', given.required ? 'Required' : 'Optional')),
      derived,
    ],
  };
}

function parameterJson(
  given: Pick<GpParameter, 'name' | 'displayName' | 'dataType' | 'defaultValue' | 'choices'>,
  direction: 'Input' | 'Output',
  type: 'Required' | 'Optional' | 'Derived',
): object {
  const { name, dataType, displayName, defaultValue, choices } = given;
  return {
    name,
    dataType,
    displayName,
    description: '',
    direction: `esriGPParameterDirection${direction}`,
    defaultValue: defaultValue ?? (dataType === 'GPString' ? '' : null),
    parameterType: `esriGPParameterType${type}`,
    category: '',
    ...(choices && { choiceList: choices }),
  };
}

function isExecuted(task: GpTask): boolean {
  return 'execute' in task;
}

function executionType(executed: boolean): string {
  return executed ? 'esriExecutionTypeSynchronous' : 'esriExecutionTypeAsynchronous';
}
