import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

interface Options<Order, Report> {
  /** The module that each process runs: it sends one report for each order that comes as a message. */
  worker: URL;
  /** @defaultValue one for each core */
  processes?: number;
  /** After so many orders a process gives way to a new one, where the work leaves something behind. @defaultValue none does */
  ordersPerProcess?: number;
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
  {
    worker,
    processes = availableParallelism(),
    ordersPerProcess = orders.length,
    isNeeded,
    onReport,
    nameOf,
  }: Options<Order, Report>,
): Promise<Report[]> {
  const reports: Report[] = [];
  const waiting = [...orders.entries()];
  const work = async () => {
    const child = fork(worker);
    const ended = once(child, 'exit');
    for (let left = ordersPerProcess; left > 0; left -= 1) {
      const next = waiting.shift();
      if (next === undefined) break;
      const [index, order] = next;
      if (isNeeded?.(order) === false) continue;
      child.send(order);
      const [report] = await Promise.race([
        once(child, 'message'),
        ended.then(() => {
          throw new Error(`${nameOf(order)}: its process has ended`);
        }),
      ]);
      reports[index] = report;
      onReport?.(report, order);
    }
    child.disconnect();
    await ended;
  };
  await Promise.all(
    Array.from({ length: Math.min(processes, orders.length) }, async () => {
      while (waiting.length > 0) await work();
    }),
  );
  return reports.filter((report) => report !== undefined);
}
