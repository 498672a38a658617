import * as z from 'zod';

/** Ids as EC2 gives them, of 8 digits in former times. */
function ec2Id(prefix: string): z.ZodString {
  const pattern = new RegExp(`^${prefix}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`);
  return z.string().regex(pattern, `must be an id such as ${prefix}-0123456789abcdef0`);
}

function ec2Ids(prefix: string, most: number) {
  return z
    .array(ec2Id(prefix))
    .min(1, 'must name at least one')
    .max(most, `must be ${most} at most: Lambda takes no more`)
    .superRefine(checkUnique, { when: ({ value }) => Array.isArray(value) });
}

/** The VPC that the functions run in. */
export const networkSchema = z.strictObject({
  vpcId: ec2Id('vpc'),
  subnetIds: ec2Ids('subnet', 16),
  securityGroupIds: ec2Ids('sg', 5),
  endpoints: z.boolean().default(true),
});

function checkUnique(ids: readonly string[], context: z.core.$RefinementCtx): void {
  ids.forEach((id, index) => {
    if (ids.indexOf(id) < index) context.addIssue({ code: 'custom', path: [index], message: `"${id}" is named twice` });
  });
}
