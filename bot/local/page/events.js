// The stream of changes. The server opens every connection with a whole snapshot, so nothing is lost in a gap.

const RETRY_MS = 2000;

/** onEvent(event) for each change; onConnection(true | false) when the line comes or goes. */
export function followEvents(onEvent, onConnection) {
  const source = new EventSource('/api/events');
  source.onmessage = (incoming) => {
    const event = JSON.parse(incoming.data);
    if (event.type === 'snapshot') onConnection(true);
    onEvent(event);
  };
  source.onerror = () => {
    onConnection(false);
    // The browser retries by itself while the line is merely down; after a refusal it gives up for good.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => followEvents(onEvent, onConnection), RETRY_MS);
    }
  };
}
