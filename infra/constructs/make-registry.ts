/**
 * The code of a function that only CloudFormation calls, in Lambda's own SDK. It makes the registry, or leaves the one
 * that is there as it is, and deletes nothing. It never fails: what is wrong shows in its log, and at the resource that
 * needs the registry.
 */
export const MAKE_REGISTRY = `exports.handler = async (event) => {
  const name = event.ResourceProperties.RegistryName;
  let reason = 'made';
  if (event.RequestType !== 'Delete') {
    try {
      const { SchemasClient, CreateRegistryCommand } = require('@aws-sdk/client-schemas');
      await new SchemasClient({}).send(new CreateRegistryCommand({ RegistryName: name }));
    } catch (error) {
      reason = error.name + ': ' + error.message;
    }
  }
  console.log(JSON.stringify({ request: event.RequestType, registry: name, reason }));
  const { StackId, RequestId, LogicalResourceId } = event;
  const body = JSON.stringify({
    Status: 'SUCCESS', Reason: reason, PhysicalResourceId: name, StackId, RequestId, LogicalResourceId,
  });
  await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
};
`;
