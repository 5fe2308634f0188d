/**
 * The volunteer's side: a node registers with a dispatcher, asks for tasks, downloads the files, keeps them and reports them.
 *
 * <p>Threads, all virtual: one asks for work while a slot is free ({@code WorkLoop}), one sends heartbeats
 * ({@code Heartbeats}), and each download has its own ({@code Job}). What they share is a {@code Session} (who the node is to
 * the dispatcher), a {@code Store} (what is on disk) and a {@code Space} (how much more may come).
 *
 * <p>Rules that hold throughout:
 *
 * <ul>
 *   <li>A download goes on while the dispatcher is away, and its report is repeated until it is answered: a copy that is
 *       late is still a real copy. Only an answer that names the assignment under {@code stop}, or this agent's own end, stops
 *       it.
 *   <li>An assignment stands in every heartbeat until its report is answered.
 *   <li>{@code dynamic_page} is never reported. One answer alone cannot tell a page made for the moment from a document that is
 *       published as HTML, and two nodes saying so would end the task for good. Nodes that receive different bytes are noticed
 *       by the dispatcher, which compares their digests.
 *   <li>Downloads are stopped by closing their connection, never by interrupting their thread: an interrupt would close
 *       file channels in the middle of a write.
 * </ul>
 */
@NullMarked
package org.climaterescue.agent;

import org.jspecify.annotations.NullMarked;
