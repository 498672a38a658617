import { AwsUnavailableError } from '../../shared/errors.ts';
import { UsageError } from '../usage.ts';

const SIGN_IN = 'Sign in, for example with aws sso login, or set AWS_PROFILE';

/** What is to be done about an error of the SDK, by its name. */
const ADVICE: readonly [name: RegExp, advice: string][] = [
  [/^(CredentialsProviderError|TokenProviderError)$/, SIGN_IN],
  [/^(ExpiredToken|ExpiredTokenException|UnrecognizedClientException|InvalidClientTokenId)$/, SIGN_IN],
  [/^AccessDenied/, 'Ask for that permission, or set AWS_PROFILE'],
  [/^(TimeoutError|ENOTFOUND|ECONNREFUSED|ECONNRESET)$/, 'Look at the network, and at AWS_REGION'],
];

/**
 * Calls AWS.
 * @param what is asked for, for people
 * @throws {UsageError} where the shell does not say which region
 * @throws {AwsUnavailableError} where AWS does not do it, with what to do
 */
export async function awsCall<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { name, message, code } = Object(error);
    if (/region (is missing|not accepted)/i.test(message))
      throw new UsageError('No AWS region is set: set AWS_REGION, or AWS_PROFILE');
    const advice = ADVICE.find(([pattern]) => pattern.test(name) || pattern.test(code))?.[1];
    const told = `AWS could not ${what}: ${name}: ${String(message).replace(/\.$/, '')}.`;
    throw new AwsUnavailableError(advice === undefined ? told : `${told} ${advice}.`, { cause: error });
  }
}
