package com.scrapersky.session.frameworks.spring;

import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.batch.core.configuration.annotation.EnableBatchProcessing;
import org.springframework.batch.core.configuration.annotation.EnableJdbcJobRepository;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.database.JdbcBatchItemWriter;
import org.springframework.batch.infrastructure.item.database.JdbcCursorItemReader;
import org.springframework.batch.infrastructure.item.database.JdbcPagingItemReader;
import org.springframework.batch.infrastructure.item.database.Order;
import org.springframework.batch.infrastructure.item.database.builder.JdbcBatchItemWriterBuilder;
import org.springframework.batch.infrastructure.item.database.builder.JdbcCursorItemReaderBuilder;
import org.springframework.batch.infrastructure.item.database.builder.JdbcPagingItemReaderBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SimplePropertySqlParameterSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** Writes an invoice for each order, and sums them up; the first time it fails in the middle. */
@Configuration
@EnableBatchProcessing
@EnableJdbcJobRepository
class InvoicingJob {

    record CustomerOrder(int id, BigDecimal amount) {}

    record Invoice(int orderId, BigDecimal amount) {}

    private final AtomicInteger ordersUntilFailure = new AtomicInteger(42);

    @Bean
    PlatformTransactionManager transactionManager(DataSource dataSource) {
        return new JdbcTransactionManager(dataSource);
    }

    @Bean
    Job invoicing(JobRepository jobs, Step write, Step sum) {
        return new JobBuilder("invoicing", jobs).start(write).next(sum).build();
    }

    @Bean
    Step write(
            JobRepository jobs,
            PlatformTransactionManager transactions,
            JdbcPagingItemReader<CustomerOrder> orders,
            JdbcBatchItemWriter<Invoice> invoices) {
        return new StepBuilder("write", jobs)
                .<CustomerOrder, Invoice>chunk(10)
                .transactionManager(transactions)
                .reader(orders)
                .processor(order -> {
                    if (ordersUntilFailure.decrementAndGet() == 0) {
                        throw new IllegalStateException("as asked");
                    }
                    return new Invoice(order.id(), order.amount());
                })
                .writer(invoices)
                .build();
    }

    @Bean
    Step sum(
            JobRepository jobs,
            PlatformTransactionManager transactions,
            JdbcCursorItemReader<BigDecimal> amounts,
            JdbcBatchItemWriter<Map<String, ?>> totals) {
        return new StepBuilder("sum", jobs)
                .<BigDecimal, Map<String, ?>>chunk(20)
                .transactionManager(transactions)
                .reader(amounts)
                .processor(amount -> Map.of("amount", amount))
                .writer(totals)
                .build();
    }

    @Bean
    JdbcPagingItemReader<CustomerOrder> orders(DataSource dataSource) throws Exception {
        return new JdbcPagingItemReaderBuilder<CustomerOrder>()
                .name("orders")
                .dataSource(dataSource)
                .selectClause("select id, amount")
                .fromClause("from orders")
                .sortKeys(Map.of("id", Order.ASCENDING))
                .pageSize(15)
                .rowMapper((row, n) -> new CustomerOrder(row.getInt(1), row.getBigDecimal(2)))
                .build();
    }

    @Bean
    JdbcBatchItemWriter<Invoice> invoices(DataSource dataSource) {
        return new JdbcBatchItemWriterBuilder<Invoice>()
                .dataSource(dataSource)
                .sql("insert into invoice (order_id, amount) values (:orderId, :amount)")
                .itemSqlParameterSourceProvider(SimplePropertySqlParameterSource::new)
                .build();
    }

    /** A cursor in a transaction of its own, beside those of the chunks. */
    @Bean
    JdbcCursorItemReader<BigDecimal> amounts(DataSource dataSource) {
        return new JdbcCursorItemReaderBuilder<BigDecimal>()
                .name("amounts")
                .dataSource(dataSource)
                .sql("select amount from invoice order by order_id")
                .fetchSize(7)
                .connectionAutoCommit(false)
                .rowMapper((row, n) -> row.getBigDecimal(1))
                .build();
    }

    @Bean
    JdbcBatchItemWriter<Map<String, ?>> totals(DataSource dataSource) {
        return new JdbcBatchItemWriterBuilder<Map<String, ?>>()
                .dataSource(dataSource)
                .sql("update total set amount = amount + :amount")
                .itemSqlParameterSourceProvider(MapSqlParameterSource::new)
                .build();
    }
}
