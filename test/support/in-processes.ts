import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

interface Options<Order, Report> {
  /** The module that each process runs: it sends one report for each order that comes as a message. */
  worker: URL;
  /** @defaultValue one for each core */
  processes?: number;
  /** Told of each report as it comes. */
  onReport?: (report: Report, order: Order) => void;
  /** What an order is called where its process ends before it has reported. */
  nameOf: (order: Order) => string;
}

/** Has processes work on orders, each on one at a time; gives the reports in the order of the orders. */
export async function inProcesses<Order extends object, Report>(
  orders: readonly Order[],
  { worker: file, processes = availableParallelism(), onReport, nameOf }: Options<Order, Report>,
): Promise<Report[]> {
  const reports: Report[] = [];
  const waiting = [...orders.entries()];
  await Promise.all(
    Array.from({ length: Math.min(processes, orders.length) }, async () => {
      const worker = fork(file);
      const ended = once(worker, 'exit');
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, order] = next;
        worker.send(order);
        const [report] = await Promise.race([
          once(worker, 'message'),
          ended.then(() => {
            throw new Error(`${nameOf(order)}: its process has ended`);
          }),
        ]);
        reports[index] = report;
        onReport?.(report, order);
      }
      worker.disconnect();
      await ended;
    }),
  );
  return reports;
}
