/**
 * Objects over sockets with plain Java object streams: {@link bridge.Channel} carries objects,
 * {@link bridge.Listener} accepts channels. Any program with an {@code ObjectOutputStream} and an
 * {@code ObjectInputStream} on a socket is a full peer; these classes only spare the few lines around them.
 */
package bridge;
