import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

interface Options<Order, Report> {
  /** The module that each process runs: it sends one report for each order that comes as a message. */
  worker: URL;
  /** @defaultValue one for each core */
  processes?: number;
  /** Whether an order is still to be worked on; where it is not it has no report. @defaultValue all are */
  isNeeded?: (order: Order) => boolean;
  /** Told of each report as it comes. */
  onReport?: (report: Report, order: Order) => void;
  /** What an order is called where its process ends before it has reported. */
  nameOf: (order: Order) => string;
}

/** Has processes work on orders, each on one at a time; gives what was reported, in the order of the orders. */
export async function inProcesses<Order extends object, Report>(
  orders: readonly Order[],
  { worker: file, processes = availableParallelism(), isNeeded, onReport, nameOf }: Options<Order, Report>,
): Promise<Report[]> {
  const reports: Report[] = [];
  const waiting = [...orders.entries()];
  await Promise.all(
    Array.from({ length: Math.min(processes, orders.length) }, async () => {
      const worker = fork(file);
      const ended = once(worker, 'exit');
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, order] = next;
        if (isNeeded?.(order) === false) continue;
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
  return reports.filter((report) => report !== undefined);
}
