export {
  type CallInput,
  type Client,
  type ClientOptions,
  createClient,
  errorOf,
  refusalOf,
  urlOf,
} from './create-client.ts';
export { type StreamImport, streamImport } from './stream-import.ts';
