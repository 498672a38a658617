/** The services of AWS that the machines and functions call; `bus` is what they tell EventBridge, `events` what it tells them. */
export type Service = 'lambda' | 'dynamodb' | 'states' | 'secrets' | 's3' | 'sqs' | 'cloudfront' | 'bus' | 'events';

/** When a call fails: before any work, or after all of it, so that only its answer is lost. */
type When = 'before' | 'after';

/** How a call ends. */
export interface AwsError {
  service: Service;
  /** In the table. */
  name: string;
  /** As Step Functions names it to a machine; absent where only functions make the call. */
  ofTask?: string;
  /** What a function gets from the SDK: an error's type and HTTP status, `nothing` for no answer. */
  ofCall?: { type: string; status: number } | 'nothing' | 'unfit' | 'twice';
  when: When;
}

/** "Errors" of Invoke in the Lambda API reference, but for those by which a function's own event is wrong. */
const INVOKE_ERRORS = [
  'EC2AccessDeniedException',
  'EC2ThrottledException',
  'EC2UnexpectedException',
  'EFSIOException',
  'EFSMountConnectivityException',
  'EFSMountFailureException',
  'EFSMountTimeoutException',
  'ENILimitReachedException',
  'InvalidParameterValueException',
  'InvalidRuntimeException',
  'InvalidSecurityGroupIDException',
  'InvalidSubnetIDException',
  'InvalidZipFileException',
  'KMSAccessDeniedException',
  'KMSDisabledException',
  'KMSInvalidStateException',
  'KMSNotFoundException',
  'NoPublishedVersionException',
  'RecursiveInvocationException',
  'ResourceConflictException',
  'ResourceNotFoundException',
  'ResourceNotReadyException',
  'ServiceException',
  'SnapStartException',
  'SnapStartNotReadyException',
  'SnapStartTimeoutException',
  'SubnetIPAddressLimitReachedException',
  'TooManyRequestsException',
];
/** "Handle Lambda service exceptions" in the guide of Step Functions, and how a function breaks off: it may have done its work. */
const BROKEN_OFF = [
  'Lambda.ServiceException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'Runtime.ExitError',
];

const refuses = (service: Service, type: string, status: number, ofTask = type): AwsError => ({
  service,
  name: type,
  ofTask,
  ofCall: { type, status },
  when: 'before',
});
const lost = (service: Service, ofTask: string): AwsError => ({
  service,
  name: 'lost answer',
  ofTask,
  ofCall: 'nothing',
  when: 'after',
});

/** Every error, by the service: those that AWS documents for the calls that are made. */
export const ERRORS: readonly AwsError[] = [
  ...INVOKE_ERRORS.map((name): AwsError => ({ service: 'lambda', name, ofTask: `Lambda.${name}`, when: 'before' })),
  ...BROKEN_OFF.map((name): AwsError => ({ service: 'lambda', name: `${name}, after`, ofTask: name, when: 'after' })),
  refuses('dynamodb', 'ProvisionedThroughputExceededException', 400),
  refuses('dynamodb', 'RequestLimitExceeded', 400),
  refuses('dynamodb', 'ThrottlingException', 400),
  refuses('dynamodb', 'InternalServerError', 500),
  { service: 'dynamodb', name: 'no answer', ofTask: 'InternalServerError', ofCall: 'nothing', when: 'before' },
  lost('dynamodb', 'InternalServerError'),
  // The SDK repeated it: a conditional write is refused by what it has written itself.
  { service: 'dynamodb', name: 'carried out twice', ofTask: 'twice', ofCall: 'twice', when: 'after' },
  refuses('states', 'ThrottlingException', 400, 'Throttling'),
  refuses('states', 'ServiceUnavailable', 503),
  refuses('states', 'InternalFailure', 500),
  refuses('states', 'ExecutionLimitExceeded', 400),
  { service: 'states', name: 'no answer', ofTask: 'SdkClient', ofCall: 'nothing', when: 'before' },
  lost('states', 'InternalFailure'),
  {
    service: 'states',
    name: 'ExecutionAlreadyExists',
    ofTask: 'ExecutionAlreadyExists',
    ofCall: 'twice',
    when: 'after',
  },
  refuses('secrets', 'InternalServiceError', 500),
  refuses('secrets', 'ThrottlingException', 400),
  refuses('secrets', 'AccessDeniedException', 400),
  refuses('secrets', 'DecryptionFailure', 400),
  refuses('secrets', 'ResourceNotFoundException', 400),
  { service: 'secrets', name: 'no answer', ofCall: 'nothing', when: 'before' },
  { service: 'secrets', name: 'unfit', ofCall: 'unfit', when: 'before' },
  // "List of error codes" in the S3 API reference.
  refuses('s3', 'SlowDown', 503),
  refuses('s3', 'InternalError', 500),
  refuses('s3', 'RequestTimeout', 400),
  refuses('s3', 'AccessDenied', 403),
  refuses('s3', 'InvalidObjectState', 403),
  refuses('s3', 'NoSuchKey', 404),
  refuses('s3', 'NoSuchBucket', 404),
  refuses('s3', 'PreconditionFailed', 412),
  { service: 's3', name: 'no answer', ofCall: 'nothing', when: 'before' },
  { service: 'sqs', name: 'refused', ofTask: 'SQS.AmazonSQSException', when: 'before' },
  { service: 'sqs', name: 'no answer', ofTask: 'SQS.SdkClientException', when: 'before' },
  lost('sqs', 'SQS.SdkClientException'),
  // In the words of CloudFront; Step Functions has one name for what it has no class for, such as throttling.
  refuses('cloudfront', 'Throttling', 400),
  refuses('cloudfront', 'TooManyInvalidationsInProgress', 400),
  refuses('cloudfront', 'ServiceUnavailable', 503),
  refuses('cloudfront', 'AccessDenied', 403),
  refuses('cloudfront', 'NoSuchDistribution', 404),
  lost('cloudfront', 'InternalFailure'),
  refuses('bus', 'ThrottlingException', 400),
  refuses('bus', 'InternalException', 500),
  { service: 'bus', name: 'no answer', ofCall: 'nothing', when: 'before' },
  { service: 'bus', name: 'carried out twice', ofCall: 'twice', when: 'after' },
  { service: 'events', name: 'lost', when: 'before' },
  { service: 'events', name: 'twice', when: 'after' },
  { service: 'events', name: 'an hour late', when: 'after' },
];
