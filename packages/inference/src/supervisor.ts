export { isReservedName } from './key-names.ts';
export { readOwnPorts } from './own-ports.ts';
export { answerService, askSupervisor, type Channel, type SupervisorAsk } from './supervisor-channel.ts';

/**
 * Arguments of Node for a judge service. What a call leaves behind dies young, and V8 lets a heap grow to a multiple of what
 * is in use that falls with the most that it may have: with its usual settings the service took 400 MB where 80 were in use
 * (bench:judge), with these 225.
 */
export const JUDGE_NODE_ARGS: readonly string[] = ['--max-semi-space-size=8', '--max-old-space-size=512'];
