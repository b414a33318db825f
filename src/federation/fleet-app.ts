/** Flower's Fleet API over HTTP, for the sites of a federation. */
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { authenticated, HEADERS } from './fleet-auth.ts';
import { callNames, decodeRequest, encodeResponse, type CallName, type Calls } from './flower/schema.ts';
import { signerIn, type Signer } from './signers.ts';
import type { Invitations } from './invitations.ts';
import type { KnownSite, Mailbox } from './mailbox.ts';
import type { Plan } from './plan.ts';

/** Limit of a request body: one chunk of an array and its envelope. */
const MOST_BODY = 16 * 1024 * 1024;

export interface FleetParts {
  plan: Plan;
  mailbox: Mailbox;
  invitations: Invitations;
  /** The coordinator's key file. */
  key: string;
}

/** The terms that a site sees before it joins, signed by the coordinator. */
export interface Introduction {
  plan: Plan;
  publicKey: string;
  /** Base64 signature of the plan as JSON. */
  signature: string;
}

export function introduce(plan: Plan, signer: Signer): Introduction {
  return { plan, publicKey: signer.publicKey, signature: signer.sign(JSON.stringify(plan)).toString('base64') };
}

type Answer<Name extends CallName> = (request: Calls[Name][0], site: KnownSite) => Calls[Name][1];

export function fleetApp({ plan, mailbox, invitations, key }: FleetParts): Hono {
  const app = new Hono();
  const introduction = introduce(plan, signerIn(key, 'coordinator'));
  app.get('/v1/federation', (context) => context.json(introduction));
  app.use(
    '/v1/fleet/*',
    bodyLimit({ maxSize: MOST_BODY, onError: (context) => refuse(context, 413, 'the body is too large') }),
  );
  const answers: Answers = { ...presence(mailbox), ...requests(mailbox), ...replies(mailbox) };
  for (const name of callNames)
    app.post(`/v1/fleet/${name}`, async (context) => {
      const body = new Uint8Array(await context.req.arrayBuffer());
      const who = authenticated((header) => context.req.header(header), `/v1/fleet/${name}`, body);
      if ('refused' in who) return refuse(context, 401, who.refused);
      const site =
        name === 'register-node'
          ? admitted(context, who.publicKey, { mailbox, invitations })
          : mailbox.siteOf(who.publicKey);
      if (site === undefined)
        return refuse(context, 403, 'this site has not been invited: join with a link from the coordinator');
      try {
        const request = decodeRequest(name, body);
        const answer = (answers[name] as Answer<CallName>)(request, site);
        return context.body(encodeResponse(name, answer as never) as Uint8Array<ArrayBuffer>, 200, {
          'content-type': 'application/protobuf',
        });
      } catch {
        return refuse(context, 400, 'the body is not a valid message for this path');
      }
    });
  return app;
}

/** A site registers once with an invitation; its key is enough from then on. */
function admitted(
  context: Context,
  publicKey: string,
  { mailbox, invitations }: Pick<FleetParts, 'mailbox' | 'invitations'>,
): KnownSite | undefined {
  const known = mailbox.siteOf(publicKey);
  if (known !== undefined) return known;
  if (!invitations.use(context.req.header(HEADERS.invitation) ?? '')) return undefined;
  return mailbox.register(publicKey, decodeURIComponent(context.req.header(HEADERS.title) ?? 'site'));
}

type Answers = { [Name in CallName]: Answer<Name> };

/** Requests by which sites register and stay connected. */
function presence(
  mailbox: Mailbox,
): Pick<Answers, 'register-node' | 'activate-node' | 'deactivate-node' | 'send-node-heartbeat' | 'get-run'> {
  return {
    'register-node': (_, site) => ({ node_id: site.id }),
    'activate-node'(_, site) {
      mailbox.activate(site.id);
      return { node_id: site.id };
    },
    'deactivate-node'(_, site) {
      mailbox.leave(site.id);
      return {};
    },
    'send-node-heartbeat'(_, site) {
      mailbox.seen(site.id);
      return { success: true };
    },
    'get-run': ({ run_id }) => ({ run: { run_id } }),
  };
}

/** Messages to sites. */
function requests(mailbox: Mailbox): Pick<Answers, 'pull-messages' | 'pull-object' | 'confirm-message-received'> {
  return {
    'pull-messages'(_, site) {
      mailbox.seen(site.id);
      const { messages, trees } = mailbox.pull(site.id);
      return { messages_list: messages, message_object_trees: trees };
    },
    'pull-object'({ object_id: id }, site) {
      mailbox.seen(site.id);
      const content = mailbox.object(site.id, id);
      const isThere = content !== undefined;
      return { object_found: isThere, object_available: isThere, object_content: content ?? new Uint8Array() };
    },
    'confirm-message-received'({ message_object_id: id }, site) {
      mailbox.received(site.id, id);
      return {};
    },
  };
}

/** Messages from sites. */
function replies(mailbox: Mailbox): Pick<Answers, 'push-messages' | 'push-object'> {
  return {
    'push-messages'({ messages_list: messages, message_object_trees: trees }, site) {
      mailbox.seen(site.id);
      const wanted = messages.map((message, place) => mailbox.announce(site.id, message, trees[place]));
      const results = messages.map((_message, place) => [
        trees[place]?.object_id ?? String(place),
        wanted[place] === undefined ? CONFLICT : OK,
      ]);
      return {
        results: Object.fromEntries(results) as Record<string, number>,
        objects_to_push: wanted.flatMap((ids) => ids ?? []),
        session_id: '',
      };
    },
    'push-object'({ object_id: id, object_content: bytes }, site) {
      mailbox.seen(site.id);
      return { stored: mailbox.push(site.id, id, bytes) };
    },
  };
}

const OK = 200;
const CONFLICT = 409;

function refuse(context: Context, status: 400 | 401 | 403 | 413, reason: string): Response {
  return context.json({ detail: reason }, status);
}
