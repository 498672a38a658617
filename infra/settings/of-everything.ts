import * as z from 'zod';
import { awsText } from './aws-names.ts';

// What holds for everything that is deployed.

/** What CloudWatch Logs takes (page "PutRetentionPolicy"). */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const POLICY_ARN = /^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]{1,600}$/;

/** The rules of AWS ("Tag naming limits and requirements"); two tags are left to the stack and its tools. */
export const tagsSchema = z
  .record(
    z
      .string()
      .regex(
        /^(?!aws:)[\p{L}\p{N}\p{Zs}_.:/=+\-@]{1,128}$/iu,
        'must be 1-128 letters, digits, spaces or _.:/=+-@, and not begin with aws:',
      ),
    z
      .string()
      .regex(
        /^[\p{L}\p{N}\p{Zs}_.:/=+\-@]{0,256}$/u,
        'must be at most 256 letters, digits, spaces or _.:/=+-@, in quotes where it is a number',
      ),
  )
  .refine((tags) => Object.keys(tags).length <= 48, 'must be 48 at most');

/** How many days logs are kept. */
export const logDaysSchema = z.literal(LOG_DAYS, `must be one of ${LOG_DAYS.join(', ')}`).default(365);

/** The managed policy that every role must keep to. */
export const policyArnSchema = awsText(
  POLICY_ARN,
  "must be a managed policy's ARN, arn:aws:iam::<account>:policy/<name>",
);
