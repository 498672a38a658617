import type { PutEvent } from './aws-endpoint.ts';
import type { Clock } from './clock.ts';
import { type BusEvent, type Delivery, ownEvent, publishEvent } from './event-bus.ts';
import type { StackTemplate } from './template.ts';

/** The default bus as programs put events on it: they are taken at once, and delivered after that. */
export class OwnBus {
  readonly events: BusEvent[] = [];
  readonly #rules: StackTemplate['rules'];
  readonly #clock: Pick<Clock, 'now' | 'hold'>;
  readonly #deliver: Delivery;
  readonly #deliveries = new Set<Promise<unknown>>();

  constructor(rules: StackTemplate['rules'], clock: Pick<Clock, 'now' | 'hold'>, deliver: Delivery) {
    this.#rules = rules;
    this.#clock = clock;
    this.#deliver = deliver;
  }

  readonly put = async (entry: PutEvent): Promise<void> => {
    const event = ownEvent(entry, this.#clock.now());
    this.events.push(event);
    const release = this.#clock.hold();
    const delivery = publishEvent(this.#rules, event, this.#deliver).finally(() => {
      this.#deliveries.delete(delivery);
      release();
    });
    this.#deliveries.add(delivery);
  };

  /** Waits until all that was put is delivered. */
  async idle(): Promise<void> {
    while (this.#deliveries.size > 0) await Promise.allSettled(this.#deliveries);
  }
}
