import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import dynalite from 'dynalite';
import * as z from 'zod';
import { ServiceError } from './service-error.ts';
import type { TableResource } from './template.ts';

/** DynamoDB with the tables of the stack, in memory. */
export interface Database {
  /**
   * Calls DynamoDB in its own words.
   * @throws {ServiceError} by the name that DynamoDB gives it
   */
  call(action: string, request: object): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

const refusalSchema = z.object({ __type: z.string(), message: z.string().optional(), Message: z.string().optional() });

const LOOKS_AT_A_NEW_TABLE = 1_000;

/** Enough of a signature for dynalite, which does not check it. */
const SIGNED = {
  'x-amz-date': '20260101T000000Z',
  authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=local',
};

/** Starts it on a loopback port. */
export async function startDatabase(tables: TableResource[]): Promise<Database> {
  const server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  const call: Database['call'] = async (action, request) => {
    const response = await fetch(`http://127.0.0.1:${address.port}`, {
      method: 'POST',
      headers: {
        ...SIGNED,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${action}`,
      },
      body: JSON.stringify(request),
    });
    const reply: unknown = await response.json();
    if (response.ok) return z.record(z.string(), z.unknown()).parse(reply);
    const { __type: type, message, Message } = refusalSchema.parse(reply);
    throw new ServiceError(type.split('#').at(-1) ?? type, message ?? Message ?? '');
  };
  for (const { name, definition } of tables) {
    await call('CreateTable', { ...definition, TableName: name });
    await untilActive(name, call);
  }
  return {
    call,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A table that is being made is not found by those who read and write it. */
async function untilActive(TableName: string, call: Database['call']): Promise<void> {
  for (let look = 1; look <= LOOKS_AT_A_NEW_TABLE; look += 1) {
    const { Table } = await call('DescribeTable', { TableName });
    if (Object(Table).TableStatus === 'ACTIVE') return;
    await nextTurn();
  }
  throw new Error(`${TableName} is still being made`);
}
