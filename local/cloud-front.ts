import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Clock } from './clock.ts';
import { ServiceError } from './service-error.ts';

const requestSchema = z.object({
  DistributionId: z.string(),
  InvalidationBatch: z.object({
    CallerReference: z.string().min(1),
    Paths: z.object({ Quantity: z.int(), Items: z.array(z.string()) }),
  }),
});

/** "Concurrent invalidation request maximum", Amazon CloudFront developer guide: paths with a wildcard that may be in progress. */
const WILDCARDS_AT_ONCE = 15;
const IN_PROGRESS_SECONDS = 60;

export interface Invalidation {
  id: string;
  distributionId: string;
  reference: string;
  paths: string[];
  /** Epoch milliseconds. */
  createdAt: number;
}

/** Amazon CloudFront as far as invalidations go; every distribution is there. */
export class CloudFront {
  readonly invalidations: Invalidation[] = [];
  /** The error of the next request, in the words of CloudFront's API; undefined: it is answered. */
  refusal: (() => { code: string; message: string } | undefined) | undefined;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** The same reference with the same paths is answered by the invalidation that it has made. */
  createInvalidation(request: unknown): object {
    const { DistributionId: distributionId, InvalidationBatch: batch } = requestSchema.parse(request);
    const { CallerReference: reference, Paths: paths } = batch;
    const refusal = this.refusal?.();
    if (refusal !== undefined) throw new ServiceError(refusal.code, refusal.message);
    if (paths.Quantity !== paths.Items.length) {
      throw new ServiceError('InconsistentQuantities', 'The value of Quantity and the size of Items do not match.');
    }
    const known = this.invalidations.find(
      (one) => one.distributionId === distributionId && one.reference === reference,
    );
    if (known !== undefined && known.paths.join('\n') !== paths.Items.join('\n')) {
      throw new ServiceError('InvalidationBatchAlreadyExists', 'This invalidation batch ID is used already.');
    }
    return this.#described(known ?? this.#create({ distributionId, reference, paths: paths.Items }));
  }

  #create(wanted: Pick<Invalidation, 'distributionId' | 'reference' | 'paths'>): Invalidation {
    const atWork = this.invalidations.filter(
      (one) => one.distributionId === wanted.distributionId && !this.#isCompleted(one),
    );
    const wildcards = [...atWork, wanted].flatMap(({ paths }) => paths.filter((path) => path.endsWith('*')));
    if (wildcards.length > WILDCARDS_AT_ONCE) {
      throw new ServiceError(
        'TooManyInvalidationsInProgress',
        'Processing your request will cause you to exceed the maximum number of in-progress wildcard invalidations.',
      );
    }
    const invalidation = {
      id: `I${randomBytes(7).toString('hex').toUpperCase()}`,
      createdAt: this.#clock.now(),
      ...wanted,
    };
    this.invalidations.push(invalidation);
    return invalidation;
  }

  #isCompleted({ createdAt }: Invalidation): boolean {
    return this.#clock.now() - createdAt >= IN_PROGRESS_SECONDS * 1000;
  }

  #described(invalidation: Invalidation): object {
    const { id, distributionId, reference, paths, createdAt } = invalidation;
    return {
      Location: `https://cloudfront.amazonaws.com/2020-05-31/distribution/${distributionId}/invalidation/${id}`,
      Invalidation: {
        Id: id,
        Status: this.#isCompleted(invalidation) ? 'Completed' : 'InProgress',
        CreateTime: new Date(createdAt).toISOString(),
        InvalidationBatch: { CallerReference: reference, Paths: { Quantity: paths.length, Items: paths } },
      },
    };
  }
}
