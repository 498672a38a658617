import { Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';

/** What companies ask of everything that is deployed: tags, and the policy that no role goes beyond. */
export function markAll(scope: Construct, { tags, permissionsBoundary }: Settings): void {
  for (const [key, value] of Object.entries(tags)) Tags.of(scope).add(key, value);
  if (permissionsBoundary === undefined) return;
  const policy = ManagedPolicy.fromManagedPolicyArn(scope, 'PermissionsBoundary', permissionsBoundary);
  PermissionsBoundary.of(scope).apply(policy);
}
