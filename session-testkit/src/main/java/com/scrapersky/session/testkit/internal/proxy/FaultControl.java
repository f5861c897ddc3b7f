package com.scrapersky.session.testkit.internal.proxy;

import com.scrapersky.session.testkit.PoolerFaults.Direction;
import com.scrapersky.session.testkit.internal.protocol.ErrorResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sets and takes away the faults of a pooler, from any thread; what is set belongs to the event loop. */
public final class FaultControl {

    private final Proxy proxy;
    private final List<Trap> traps = new ArrayList<>();
    private @Nullable ErrorResponse refusal;
    private boolean hangingUp;
    private boolean exhausted;

    FaultControl(Proxy proxy) {
        this.proxy = proxy;
    }

    public void delay(Direction direction, Duration latency) {
        inLoop(() -> lane(direction).delay(latency.toNanos()));
    }

    public void stall(Direction direction, boolean on) {
        inLoop(() -> lane(direction).stall(on));
    }

    public void cutAfter(Direction direction, long bytes) {
        inLoop(() -> lane(direction).cutAfter(bytes));
    }

    /** Returns what {@link #unset} takes. */
    public Object set(String statement, Act act, @Nullable ErrorResponse answer) {
        Trap trap = new Trap(Pattern.compile(statement), act, answer);
        inLoop(() -> traps.add(trap));
        return trap;
    }

    public void unset(Object trap) {
        inLoop(() -> traps.remove(trap));
    }

    public void refuse(@Nullable ErrorResponse error) {
        inLoop(() -> refusal = error);
    }

    public void hangUp(boolean on) {
        inLoop(() -> hangingUp = on);
    }

    public void exhaust(boolean on) {
        inLoop(() -> {
            exhausted = on;
            proxy.pools().forEach(BackendPool::serve);
        });
    }

    public List<Integer> backendPids() {
        return proxy.backendPids();
    }

    public void drop(int pid) {
        inLoop(() -> proxy.backends().stream()
                .filter(backend -> backend.pid() == pid)
                .forEach(backend -> backend.lost("dropped on purpose")));
    }

    public void drain() {
        ErrorResponse goodbye = ErrorResponse.fatal("57P01", "terminating connection due to administrator command");
        inLoop(() -> proxy.clients().forEach(client -> client.fail(goodbye)));
    }

    public void restart() {
        inLoop(() -> {
            proxy.clients().forEach(Peer::close);
            proxy.backends().forEach(Peer::close);
        });
    }

    public void clear() {
        inLoop(() -> {
            traps.clear();
            refusal = null;
            hangingUp = false;
            exhausted = false;
            for (Direction direction : Direction.values()) {
                lane(direction).delay(0);
                lane(direction).stall(false);
                lane(direction).cutAfter(Long.MAX_VALUE);
            }
            proxy.pools().forEach(BackendPool::serve);
        });
    }

    private Lane lane(Direction direction) {
        return direction == Direction.TO_SERVER ? proxy.toServer() : proxy.toClient();
    }

    private void inLoop(Runnable change) {
        Callable<Boolean> task = () -> {
            change.run();
            return true;
        };
        proxy.loop().call(task);
    }

    // ---- asked by the event loop

    boolean isWatching() {
        return !traps.isEmpty();
    }

    /** The trap that this statement springs, which is gone with that. */
    @Nullable
    Trap sprungBy(String statement) {
        for (Trap trap : traps) {
            if (trap.statement().matcher(statement).find()) {
                traps.remove(trap);
                return trap;
            }
        }
        return null;
    }

    @Nullable
    ErrorResponse refusal() {
        return refusal;
    }

    boolean isHangingUp() {
        return hangingUp;
    }

    boolean isExhausted() {
        return exhausted;
    }

    /** What happens to a client whose statement springs a trap. */
    public enum Act {
        CUT_BEFORE,
        CUT_AFTER,
        ANSWER
    }

    /** Something that waits for a statement. */
    record Trap(Pattern statement, Act act, @Nullable ErrorResponse answer) {}
}
