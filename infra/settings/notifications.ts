import * as z from 'zod';
import { awsText } from './aws-names.ts';
import { scheduleExpressionProblem } from './schedule-expression.ts';

const TELL = ['failed', 'partly', 'uncertain', 'succeeded', 'paused'] as const;

const topicArn = awsText(
  /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
  "must be a standard topic's ARN, arn:aws:sns:<region>:<account>:<name>",
);

/** Who is told of which runs. */
export const notificationsSchema = z
  .strictObject({
    email: z.email('must be an e-mail address').optional(),
    topicArn: topicArn.optional(),
    chat: z.strictObject({ topicArn }).optional(),
    tell: z.array(z.enum(TELL)).min(1, 'must name at least one').default(['failed', 'partly', 'uncertain']),
    digest: z
      .string()
      .superRefine((expression, context) => {
        const problem = scheduleExpressionProblem(expression);
        if (problem !== undefined) context.addIssue(problem);
      })
      .optional(),
  })
  .refine(({ email, topicArn: own, chat }) => (email ?? own ?? chat) !== undefined, {
    message: 'must say who is told: email, topicArn or chat',
  });
