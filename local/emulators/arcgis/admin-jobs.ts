import { type ArcgisRequest, field } from './arcgis-request.ts';
import { type Service, serviceId } from './catalogue.ts';
import type { GpJob } from './gp-jobs.ts';
import { htmlPage, json, Refusal, type Reply } from './replies.ts';
import type { Site } from './site.ts';

/**
 * Whose pages the job list follows: "query jobs" of the Server Administrator API, or "query gp service job" of the
 * Enterprise Administrator API. They differ in what they require, in how they read times, and in their entries.
 */
export type JobListKind = 'server' | 'enterprise';

const LONGEST_PAGE = 10;
const MACHINE = 'GISSERVER1.EXAMPLE.ORG';

/** Everything below `<site>/admin/services/<folder>/<name>.GPServer/jobs`. */
export function adminJobs(site: Site, request: ArcgisRequest, service: Service, rest: string[]): Reply {
  const [name, call, more] = rest;
  const id = serviceId(service);
  // The page "jobs": html is the only format there is.
  if (name === undefined) return htmlPage(200, `Jobs of ${id}. Operations: query`);
  if (name === 'query' && call === undefined) return query(site, request, service);
  const job = site.jobs.find(id, name);
  if (call === undefined) return json(entryOf(site, required(job, `Job '${name}' not found.`)));
  if ((call !== 'cancel' && call !== 'delete') || more !== undefined) {
    throw new Refusal(404, `Could not find resource or operation 'jobs/${rest.join('/')}' on the system.`);
  }
  if (request.method !== 'POST') throw new Refusal(405, 'This operation is only supported via POST.');
  const unable = `Unable to ${call} job :[${name}]`;
  if (call === 'delete') site.jobs.forget(required(job, unable));
  else cancel(site, required(job?.endedAt === undefined ? job : undefined, unable));
  return json({ status: 'success' });
}

function cancel({ jobs }: Site, job: GpJob): void {
  jobs.cancel(job, ['esriJobSubmitted', 'esriJobWaiting', 'esriJobExecuting', 'esriJobCancelling']);
}

function required<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new Refusal(500, message);
  return value;
}

/** A page of the jobs that fit; their order is not documented, so it is none that a client could use. */
function query(site: Site, request: ArcgisRequest, service: Service): Reply {
  const { serviceName, ...wanted } = { serviceName: service.name, ...filterOf(site, request) };
  const id = serviceId(service);
  const fitting = site.jobs
    .list()
    .filter((job) => job.service === id && fits(job, wanted))
    .toSorted((one, other) => one.id.localeCompare(other.id));
  const start = positive(field(request, 'start'), 1);
  const num = Math.min(positive(field(request, 'number'), LONGEST_PAGE), LONGEST_PAGE);
  const page = fitting.slice(start - 1, start - 1 + num);
  return json({
    total: fitting.length,
    query: { serviceName, ...wanted },
    num,
    start,
    nextStart: start + num <= fitting.length ? start + num : -1,
    results: Object.fromEntries(page.map((job) => [job.id, entryOf(site, job)])),
  });
}

interface Filter {
  startTime: number;
  endTime: number;
  status: string;
  userName: string;
  machineName: string;
}

function filterOf({ jobList, now }: Site, request: ArcgisRequest): Filter {
  const startTime = field(request, 'startTime') || undefined;
  const status = field(request, 'jobStatus') || field(request, 'status') || '';
  if (jobList === 'server' && startTime === undefined) throw new Refusal(400, "'startTime' is required.");
  if (jobList === 'enterprise' && status === '') throw new Refusal(400, "'jobStatus' is required.");
  return {
    startTime: timeOf(startTime, jobList, 0),
    endTime: timeOf(field(request, 'endTime') || undefined, jobList, now()),
    status,
    userName: field(request, 'userName') ?? '',
    machineName: field(request, 'machineName') ?? '',
  };
}

/** Milliseconds, says the one page; seconds or `yyyy-mm-ddThh:mm:ss`, says the other. */
function timeOf(text: string | undefined, kind: JobListKind, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d+$/.test(text)) return kind === 'server' ? Number(text) : Number(text) * 1000;
  const time = kind === 'server' ? Number.NaN : Date.parse(`${text}Z`);
  if (Number.isNaN(time)) throw new Refusal(400, `'${text}' is not a time.`);
  return time;
}

function fits({ submittedAt, status, submittedBy }: GpJob, wanted: Filter): boolean {
  return (
    submittedAt >= wanted.startTime &&
    submittedAt <= wanted.endTime &&
    ['', status].includes(wanted.status) &&
    ['', submittedBy].includes(wanted.userName) &&
    ['', MACHINE].includes(wanted.machineName)
  );
}

function positive(text: string | undefined, otherwise: number): number {
  const number = Number(text || otherwise);
  if (!Number.isInteger(number) || number < 1) throw new Refusal(400, `'${text}' is not a positive whole number.`);
  return number;
}

/** Milliseconds and `esriJob…` in the one, seconds and the bare word in the other. */
function entryOf(
  { jobList, url }: Site,
  { id, service, task, status, submittedAt, endedAt, submittedBy }: GpJob,
): object {
  const [name, type] = [service.slice(0, service.lastIndexOf('.')), service.slice(service.lastIndexOf('.') + 1)];
  const page = `${url}/rest/services/${name}/${type}/${encodeURIComponent(task)}/jobs/${id}`;
  if (jobList === 'server') {
    return {
      jobID: id,
      submittedTime: submittedAt,
      endTime: endedAt ?? null,
      status,
      username: submittedBy,
      machinename: MACHINE,
      url: page,
    };
  }
  return {
    job_id: id,
    job_created: Math.floor(submittedAt / 1000),
    job_execution_end: endedAt === undefined ? null : Math.floor(endedAt / 1000),
    status: status.replace('esriJob', ''),
    userName: submittedBy,
    url: page,
  };
}
