import * as z from 'zod';

/** EventBridge Scheduler takes IANA names in their exact spelling; Intl also takes offsets and any case. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    return known === name || known.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}

/** "General purpose bucket naming rules" of the Amazon S3 user guide. */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(?:xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
  );
}

/** The ARN of a key of KMS. */
export const KEY_ARN = {
  pattern:
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/,
  message: "must be a key's ARN, arn:aws:kms:<region>:<account>:key/<id>, and no alias",
};
/** In the place of what is known only at deployment the CDK has text with this in it; a settings file has no such text. */
const REFERENCE = /[$#]\{Token\[/;

/** Text of a pattern; as a prop of the construct also what another construct of the app gives. */
export function awsText(pattern: RegExp, message: string) {
  return z
    .string()
    .refine((text) => pattern.test(text) || REFERENCE.test(text), message)
    .meta({ pattern: pattern.source });
}
