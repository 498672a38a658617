import { type ArcgisRequest, field } from './arcgis-request.ts';
import { type Service, serviceId } from './catalogue.ts';
import { deleteCache } from './delete-cache.ts';
import { gpServiceJson, gpTaskJson } from './gp-descriptions.ts';
import type { GpJob } from './gp-jobs.ts';
import { type ExecutedTask, type GpTask, readInputs, type SubmittedTask } from './gp-task.ts';
import { controlTiles, manageTiles } from './manage-tiles.ts';
import { refreshService } from './refresh-service.ts';
import { invalidUrl, json, Refusal, type Reply } from './replies.ts';
import { reportCacheStatus } from './report-cache-status.ts';
import type { Site } from './site.ts';
import type { User } from './tokens.ts';

const TASKS: readonly GpTask[] = [manageTiles, deleteCache, controlTiles, refreshService, reportCacheStatus];

/** Everything below `<folder>/<name>/GPServer`. */
export function gpResource(site: Site, service: Service, request: ArcgisRequest, rest: string[], user: User): Reply {
  if (user.role === 'viewer') {
    throw new Refusal(403, `User does not have permissions to access '${serviceId(service)}'.`);
  }
  const tasks = TASKS.filter((task) => task.service === serviceId(service));
  const [taskName, call, jobId, ...resource] = rest;
  if (taskName === undefined) return json(gpServiceJson(tasks));
  const task = tasks.find(({ displayName }) => displayName === taskName);
  if (!task) throw new Refusal(404, `Task '${taskName}' not found.`);
  if (call === undefined) return json(gpTaskJson(task));
  if ('execute' in task) {
    if (call !== 'execute' || jobId !== undefined) throw invalidUrl();
    return execute(site, task, request);
  }
  if (call === 'submitJob' && jobId === undefined) return submit(site, task, request, user);
  if (call !== 'jobs' || !jobId) throw invalidUrl();
  const job = site.jobs.find(task.service, jobId);
  if (!job || job.task !== task.displayName)
    throw new Refusal(400, 'Unable to complete operation.', ['Job not found.']);
  return jobResource(site, task, job, request, resource);
}

function execute(site: Site, task: ExecutedTask, { query, form }: ArcgisRequest): Reply {
  const value = task.execute(readInputs(task, { ...query, ...form }), site);
  return json({ results: [{ paramName: task.output.name, dataType: 'GPString', value }], messages: [] });
}

function submit(site: Site, task: SubmittedTask, { query, form }: ArcgisRequest, user: User): Reply {
  const inputs = readInputs(task, { ...query, ...form });
  const start = task.prepare(inputs, site);
  const { service, displayName } = task;
  const { id, status } = site.jobs.submit({ service, task: displayName, inputs, submittedBy: user.username, start });
  return json({ jobId: id, jobStatus: status });
}

function jobResource(site: Site, task: SubmittedTask, job: GpJob, request: ArcgisRequest, resource: string[]): Reply {
  const [kind, name, more] = resource;
  if (kind === undefined) return json(jobJson(site, task, job, request));
  if (kind === 'cancel' && name === undefined) {
    site.jobs.cancel(job, ['esriJobWaiting', 'esriJobExecuting']);
    return json({ jobId: job.id, jobStatus: job.status });
  }
  if (kind === 'results' && name === task.output.name && more === undefined && job.status === 'esriJobSucceeded') {
    return json({ paramName: name, dataType: 'GPString', value: task.result(job.inputs, site) });
  }
  const parameter = task.parameters.find((known) => kind === 'inputs' && known.name === name && more === undefined);
  if (!parameter) throw invalidUrl();
  return json({ paramName: name, dataType: parameter.dataType, value: job.inputs[parameter.name] ?? '' });
}

function jobJson(site: Site, task: SubmittedTask, job: GpJob, request: ArcgisRequest): object {
  const { id, status, percent, messages, inputs } = job;
  const reports = site.services.get(task.service)?.progress === true && field(request, 'f') === 'json';
  return {
    jobId: id,
    jobStatus: status,
    ...(field(request, 'returnMessages') !== 'false' && { messages }),
    ...(reports && status === 'esriJobExecuting' && { progress: { type: 'step', message: `${percent} %`, percent } }),
    ...(status === 'esriJobSucceeded' && {
      results: { [task.output.name]: { paramUrl: `results/${task.output.name}` } },
    }),
    inputs: Object.fromEntries(Object.keys(inputs).map((name) => [name, { paramUrl: `inputs/${name}` }])),
  };
}
