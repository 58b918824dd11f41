package sluice.telemetry;

import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.LoggedEvent;

/** The last step of a route: hands a batch of events to its sink and keeps the status of that sink. */
final class SinkProcessor implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(SinkProcessor.class);

    private final Gateway gateway;
    private final EventSink sink;
    private final SinkStatus status;
    private volatile boolean closing;

    SinkProcessor(Gateway gateway, EventSink sink, SinkStatus status) {
        this.gateway = gateway;
        this.sink = sink;
        this.status = status;
    }

    @Override
    public void process(Exchange exchange) throws SinkUnavailable, InvalidPayloadException {
        List<?> body = exchange.getIn().getMandatoryBody(List.class);
        List<StreamRecord> records = body.stream()
                .map(event -> StreamRecord.of(gateway, (LoggedEvent) event))
                .toList();
        try {
            sink.deliver(records);
            status.up();
        } catch (SinkUnavailable away) {
            if (!closing) {
                status.down(String.valueOf(away.getMessage()));
                LOG.debug("Sink {}", sink.name(), away);
            }
            throw away;
        }
    }

    /** What fails from now on fails because it is cut off. */
    void close() {
        closing = true;
        sink.close();
    }
}
