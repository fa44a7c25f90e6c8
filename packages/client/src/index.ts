export { type CallInput, type Client, type ClientOptions, createClient, urlOf } from './create-client.ts';
