package sluice.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CloserTest {
    private final Closer closer = new Closer();
    private final List<String> closed = new ArrayList<>();

    @Test
    void closesInReverseAndOnce() {
        closer.add(() -> closed.add("first"));
        closer.add(() -> closed.add("second"));
        closer.close();
        closer.close();

        assertEquals(List.of("second", "first"), closed);
    }

    @Test
    void failureKeepsNoOtherFromBeingClosedAndTheFirstOneIsThrown() {
        IllegalStateException first = new IllegalStateException("first");
        IOException second = new IOException("second");
        closer.add(() -> closed.add("closed all the same"));
        closer.add(() -> {
            throw second;
        });
        closer.add(() -> {
            throw first;
        });

        assertSame(first, assertThrows(IllegalStateException.class, closer::close));
        assertEquals(List.of(second), List.of(first.getSuppressed()));
        assertEquals(1, closed.size());
    }

    @Test
    void checkedFailureIsTheCause() {
        closer.add(() -> {
            throw new IOException("device gone");
        });
        RuntimeException thrown = assertThrows(Closer.CloseFailed.class, closer::close);
        assertInstanceOf(IOException.class, thrown.getCause());
    }

    @Test
    void interruptIsKept() {
        closer.add(() -> {
            throw new InterruptedException();
        });
        assertThrows(Closer.CloseFailed.class, closer::close);
        assertTrue(Thread.interrupted());
    }

    @Test
    void failedConstructionGivesBackWhatItHad() {
        closer.add(() -> {
            throw new IOException("device gone");
        });
        closer.add(() -> closed.add("resource"));
        IllegalArgumentException failure = new IllegalArgumentException("bad setting");

        assertSame(failure, closer.closeAfter(failure));
        assertEquals(1, failure.getSuppressed().length);
        assertEquals(1, closed.size());
    }

    @Test
    void resourceThatComesLateIsClosedAtOnce() {
        closer.close();
        assertThrows(IllegalStateException.class, () -> closer.add(() -> closed.add("late")));
        assertEquals(List.of("late"), closed);
    }
}
