export {
  type CallInput,
  type Client,
  type ClientOptions,
  createClient,
  errorOf,
  urlOf,
} from './create-client.ts';
