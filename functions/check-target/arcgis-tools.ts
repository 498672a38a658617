import * as z from 'zod/mini';
import { VendorBusyError, VendorContractError, VendorRejectedError } from '../../shared/errors.ts';
import { isRightRefused } from './arcgis-admin.ts';
import { roleTooSmall, whatHappened } from './arcgis-advice.ts';
import { ANSWER_TIMEOUT_SECONDS, type Seen } from './arcgis-sign-in.ts';
import { Finding } from './checks.ts';

type Tool = 'CachingTools' | 'CachingControllers' | 'PublishingTools';

const text = z.catch(z.nullish(z.string()), undefined);
const count = z.catch(z.nullish(z.coerce.number()), undefined);

const statusSchema = z.looseObject({ configuredState: text, realTimeState: text });
const serviceSchema = z.looseObject({ maxInstancesPerNode: count });
const statisticsSchema = z.looseObject({
  summary: z.catch(z.nullish(z.looseObject({ max: count })), undefined),
});

/** Whether geoprocessing services of the folder System are there, started and have instances: the first that is not is told. */
export async function lookAtTools(seen: Seen, tools: readonly Tool[]): Promise<undefined> {
  for (const tool of tools) await lookAtTool(seen, tool);
}

async function lookAtTool(seen: Seen, tool: Tool): Promise<void> {
  const name = `System/${tool} (geoprocessing)`;
  const inAdmin = `admin/services/System/${tool}.GPServer`;
  const { configuredState, realTimeState } = await must(seen, name, `${inAdmin}/status`, statusSchema);
  const state = (realTimeState ?? configuredState ?? '').toUpperCase();
  if (state !== '' && state !== 'STARTED') throw new Finding(notStarted(name, state));
  const { maxInstancesPerNode } = (await may(seen, inAdmin, serviceSchema)) ?? {};
  const { summary } = (await may(seen, `${inAdmin}/statistics`, statisticsSchema)) ?? {};
  if (maxInstancesPerNode === 0 || summary?.max === 0) {
    throw new Finding(
      `${name} may have no instance, so its jobs wait for ever: give it at least one (Manager, the service's pooling: maximum number of instances per machine).`,
    );
  }
  // What submits jobs uses the service itself; of the controllers nobody does.
  if (tool !== 'CachingControllers') {
    await must(seen, name, `rest/services/System/${tool}/GPServer`, z.looseObject({}));
  }
}

function notStarted(name: string, state: string): string {
  return `${name} is not started (${state}): start it in ArcGIS Server Manager (Services, folder System), or wait where it is just starting.`;
}

async function must<S extends z.core.$ZodType>(seen: Seen, name: string, path: string, reply: S) {
  try {
    return await seen.site.call({ path, reply, answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS });
  } catch (error) {
    if (isRightRefused(error)) throw roleTooSmall(error, seen.info?.owningSystemUrl != null);
    // The server's own word for a service that is stopped; a gateway's 5xx is none.
    if (error instanceof VendorBusyError && (error.httpStatus ?? 200) < 400)
      throw new Finding(notStarted(name, whatHappened(error)));
    if (!(error instanceof VendorRejectedError || error instanceof VendorContractError)) throw error;
    throw new Finding(
      `${name} cannot be seen: ${whatHappened(error)}. Check that the site has it and that the user may use it (Manager, folder System).`,
    );
  }
}

/** What not every version has, or not every user may see. */
async function may<S extends z.core.$ZodType>(seen: Seen, path: string, reply: S): Promise<z.output<S> | undefined> {
  try {
    return await seen.site.call({ path, reply, answerTimeoutSeconds: ANSWER_TIMEOUT_SECONDS });
  } catch (error) {
    if (error instanceof VendorRejectedError || error instanceof VendorContractError) return undefined;
    throw error;
  }
}
