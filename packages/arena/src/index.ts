export {
  ACTOR_ROLES,
  type Actor,
  type ActorRole,
  hasRole,
  PUBLIC_ACTOR,
  requireRole,
  requireScope,
  SYSTEM_ACTOR,
} from './actor.ts';
