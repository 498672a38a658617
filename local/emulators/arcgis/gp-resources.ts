import { type ArcgisRequest, field } from './arcgis-request.ts';
import { CURRENT_VERSION, type Service, serviceId } from './catalogue.ts';
import { deleteCache } from './delete-cache.ts';
import type { GpJob } from './gp-jobs.ts';
import { checkParameters, type GpTask } from './gp-task.ts';
import { manageTiles } from './manage-tiles.ts';
import { refreshService } from './refresh-service.ts';
import { invalidUrl, json, Refusal, type Reply } from './replies.ts';
import type { Site } from './site.ts';
import type { User } from './tokens.ts';

const TASKS: readonly GpTask[] = [manageTiles, deleteCache, refreshService];

/** Everything below `<folder>/<name>/GPServer`. */
export function gpResource(site: Site, service: Service, request: ArcgisRequest, rest: string[], user: User): Reply {
  if (user.role === 'viewer') {
    throw new Refusal(403, `User does not have permissions to access '${serviceId(service)}'.`);
  }
  const tasks = TASKS.filter((task) => task.service === serviceId(service));
  const [taskName, call, jobId, ...resource] = rest;
  if (taskName === undefined) return json(serviceJson(tasks));
  const task = tasks.find(({ displayName }) => displayName === taskName);
  if (!task) throw new Refusal(404, `Task '${taskName}' not found.`);
  if (call === undefined) return json(taskJson(task));
  if (call === 'submitJob' && jobId === undefined) return submit(site, task, request, user);
  if (call !== 'jobs' || !jobId) throw invalidUrl();
  const job = site.jobs.find(task.service, jobId);
  if (!job || job.task !== task.displayName)
    throw new Refusal(400, 'Unable to complete operation.', ['Job not found.']);
  return jobResource(site, task, job, request, resource);
}

function submit(site: Site, task: GpTask, { query, form }: ArcgisRequest, user: User): Reply {
  const given = { ...query, ...form };
  const inputs: Record<string, string> = {};
  for (const { name } of task.parameters) if (given[name]) inputs[name] = given[name];
  checkParameters(task, inputs);
  const start = task.prepare(inputs, site);
  const { service, displayName } = task;
  const { id, status } = site.jobs.submit({ service, task: displayName, inputs, submittedBy: user.username, start });
  return json({ jobId: id, jobStatus: status });
}

function jobResource(site: Site, task: GpTask, job: GpJob, request: ArcgisRequest, resource: string[]): Reply {
  const [kind, name, more] = resource;
  if (kind === undefined) return json(jobJson(site, task, job, request));
  if (kind === 'cancel' && name === undefined) {
    site.jobs.cancel(job, ['esriJobWaiting', 'esriJobExecuting']);
    return json({ jobId: job.id, jobStatus: job.status });
  }
  if (kind === 'results' && name === task.output && more === undefined && job.status === 'esriJobSucceeded') {
    return json({ paramName: name, dataType: 'GPString', value: task.result(job.inputs, site) });
  }
  const parameter = task.parameters.find((known) => kind === 'inputs' && known.name === name && more === undefined);
  if (!parameter) throw invalidUrl();
  return json({ paramName: name, dataType: parameter.dataType, value: job.inputs[parameter.name] ?? '' });
}

function jobJson(site: Site, task: GpTask, job: GpJob, request: ArcgisRequest): object {
  const { id, status, percent, messages, inputs } = job;
  const reports = site.services.get(task.service)?.progress === true && field(request, 'f') === 'json';
  return {
    jobId: id,
    jobStatus: status,
    ...(field(request, 'returnMessages') !== 'false' && { messages }),
    ...(reports && status === 'esriJobExecuting' && { progress: { type: 'step', message: `${percent} %`, percent } }),
    ...(status === 'esriJobSucceeded' && { results: { [task.output]: { paramUrl: `results/${task.output}` } } }),
    inputs: Object.fromEntries(Object.keys(inputs).map((name) => [name, { paramUrl: `inputs/${name}` }])),
  };
}

function serviceJson(tasks: readonly GpTask[]): object {
  return {
    currentVersion: CURRENT_VERSION,
    serviceDescription: '',
    tasks: tasks.map(({ displayName }) => displayName),
    executionType: 'esriExecutionTypeAsynchronous',
    resultMapServerName: '',
    maximumRecords: 1000,
  };
}

function taskJson({ name, displayName, parameters, output }: GpTask): object {
  const inputs = parameters.map(({ name: parameterName, dataType, required, choices }) => ({
    name: parameterName,
    dataType,
    direction: 'esriGPParameterDirectionInput',
    parameterType: required ? 'esriGPParameterTypeRequired' : 'esriGPParameterTypeOptional',
    ...(choices && { choiceList: choices }),
  }));
  const derived = {
    name: output,
    dataType: 'GPString',
    direction: 'esriGPParameterDirectionOutput',
    parameterType: 'esriGPParameterTypeDerived',
  };
  return { name, displayName, executionType: 'esriExecutionTypeAsynchronous', parameters: [...inputs, derived] };
}
