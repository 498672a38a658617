import { GetObjectCommand, HeadObjectCommand, NoSuchBucket, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { AwsUnavailableError, InvalidInputError } from '../errors.ts';
import { awsRequestHandlerOf } from '../http/aws-request-handler.ts';
import { ReplacedError } from './raster-error.ts';
import type { ObjectPart, ObjectSource } from './reader.ts';

/** So many rasters are read at a time. */
export const READ_AT_ONCE = 16;

/** "List of error codes" of the S3 API reference: 400, though nothing is wrong with the request. */
const PASSING = 'RequestTimeout';

let kept: S3Client | undefined;

function client(): S3Client {
  kept ??= new S3Client({
    requestHandler: awsRequestHandlerOf({ connections: READ_AT_ONCE, streams: true }),
    // Of a part of an object S3 tells none.
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return kept;
}

/**
 * The objects of a bucket, as they were when one of them arrived.
 *
 * @param raster with the etag of its event: an object that was put in its place since is not read
 * @throws ReplacedError, InvalidInputError where S3 refuses to let it be read, AwsUnavailableError
 */
export function bucketObjects(bucket: string, raster: { key: string; etag?: string | undefined }): ObjectSource {
  return {
    async read(key, offset, length): Promise<ObjectPart | undefined> {
      const IfMatch = key === raster.key && raster.etag !== undefined ? `"${raster.etag}"` : undefined;
      const Range = `bytes=${offset}-${offset + length - 1}`;
      try {
        const got = await client().send(new GetObjectCommand({ Bucket: bucket, Key: key, Range, IfMatch }));
        return { bytes: (await got.Body?.transformToByteArray()) ?? new Uint8Array(), metadata: got.Metadata };
      } catch (error) {
        return withoutBytes(error, bucket, key);
      }
    },
  };
}

/** What is meant by an answer without bytes, where it is no failure. */
function withoutBytes(error: unknown, bucket: string, key: string): ObjectPart | undefined {
  const status = statusOf(error);
  if (status === 404 && !(error instanceof NoSuchBucket)) return undefined;
  // It ends before this part.
  if (status === 416) return { bytes: new Uint8Array() };
  if (status === 412) throw new ReplacedError('Another object has taken its place.');
  throw s3Error(error, bucket, key);
}

/** Whether there is an object, of whatever size. Throws as {@link bucketObjects} does. */
export async function isThere(bucket: string, key: string): Promise<boolean> {
  try {
    await client().send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return true;
  } catch (error) {
    // An answer to HEAD has no body: a bucket that is not there looks the same.
    if (statusOf(error) === 404) return false;
    throw s3Error(error, bucket, key);
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

function s3Error(error: unknown, bucket: string, key: string): Error {
  const status = statusOf(error) ?? 0;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (status >= 400 && status < 500 && ![408, 429].includes(status) && name !== PASSING) {
    return new InvalidInputError(
      `S3 refuses to let ${key} of the bucket ${bucket} be read (${name}). Let the role of read-footprint read the bucket, and use its key: "keyArn" of the source names a key of its own. The rasters wait for the next that arrives.`,
    );
  }
  const reason = `${name}: ${message}`;
  return new AwsUnavailableError(`${key} of the bucket ${bucket} could not be read: S3 failed (${reason}).`, {
    cause: error,
  });
}
