import { randomUUID } from 'node:crypto';

/** An SQS record around a body, with a message id of its own unless told. */
export function record(body: unknown, messageId: string = randomUUID()) {
  return { messageId, body: typeof body === 'string' ? body : JSON.stringify(body), eventSource: 'aws:sqs' };
}

/** S3's "Object Created" as EventBridge delivers it. */
export function objectCreated(
  key: string,
  { bucket = 'my-rasters', size = 1000 }: { bucket?: string; size?: number } = {},
) {
  return {
    version: '0',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    detail: { version: '0', bucket: { name: bucket }, object: { key, size, etag: 'e' }, reason: 'PutObject' },
  };
}

/** S3's own notification, one record for each key, in which keys are encoded as forms are. */
export function notification(keys: string[], eventName = 'ObjectCreated:Put', size = 1000) {
  const encoded = keys.map((key) => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'));
  return {
    Records: encoded.map((key) => ({
      eventSource: 'aws:s3',
      eventName,
      s3: { bucket: { name: 'my-rasters' }, object: { key, size } },
    })),
  };
}
